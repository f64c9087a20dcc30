import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { makeImage } from './images.ts';
import { expectClean, expectTidy } from './look-around.ts';
import { createRandom } from './random.ts';
import { type Injection, Injector, type Report, type SystemCall } from './syscalls/injector.ts';

const faults = ['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'SIGKILL'];
/** Each call gets one fault, chosen by the seed; all of them on demand. */
const all = process.env['ROOTDISK_FAULTS'] === 'all';
const random = createRandom();
const injector = new Injector();
afterAll(() => injector.close());

interface Scenario {
  title: string;
  packing: string;
  options: EnsureOptions;
  /** The disk is in the cache when the call begins. */
  cached?: boolean;
}
const scenarios: Scenario[] = [
  { title: 'a disk that is made', packing: 'raw.gz', options: {} },
  {
    title: 'the published file, kept under both names',
    packing: 'qcow2',
    options: { format: 'source', keepSource: true },
  },
  { title: 'a disk that is there', packing: 'raw.gz', options: {}, cached: true },
];

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

describe.skipIf(injector.obstacle !== undefined).each(scenarios)('$title', (scenario) => {
  const { packing, options, cached = false } = scenario;
  const image = makeImage(packing, 1);
  const right = sha256(options.format === 'source' ? image.bytes : image.disk);

  async function begin(): Promise<void> {
    const { file, layers, bytes } = image;
    line.offer({ release: '1', snapshot: '20260101', file, layers, digest: sha256(bytes) }, bytes);
    await rm(line.cacheDir, { recursive: true, force: true });
    if (!cached) return;
    await line.ensure('acme:1', options);
    await line.releaseAll();
  }

  /** Every file that looks like a disk is the right one, and every name is known. */
  async function expectSound(): Promise<void> {
    expect(await strangers(line.cacheDir)).toEqual([]);
    for (const name of await line.visible()) {
      const kept = name.endsWith('.source');
      const path = join(line.cacheDir, 'images-v1', name);
      expect(await sha256File(path), name).toBe(kept ? sha256(image.bytes) : right);
    }
  }

  /** One call with a fault, then the same call again. */
  async function meet(injection: Injection): Promise<void> {
    await begin();
    const { report, calls } = await injector.run(line, options, injection);
    await expectSound();
    if (report !== undefined) {
      expect(report.open).toEqual([]);
      const met = calls.find(({ kind, nth }) => kind === injection.kind && nth === injection.nth);
      if (report.error !== undefined) {
        expectTyped(report.error, injection.fault, met?.path ?? '');
        expect(isBookkeeping(calls, injection), `${met?.path}: ${report.error.message}`).toBe(
          false,
        );
        await expectTidy(line.cacheDir);
        if (options.format !== 'source') expect(await left()).toEqual(downloaded(calls, injection));
      }
    }
    const again = await line.ensure('acme:1', options);
    expect(await sha256File(again.path)).toBe(right);
    await expectClean(line);
    await line.releaseAll();
  }

  async function left(): Promise<string[]> {
    const staging = join(line.cacheDir, 'images-v1/.staging');
    const folders = (await readdir(staging).catch(() => [])).filter(
      (name) => !name.startsWith('.'),
    );
    const files = await Promise.all(folders.map((folder) => readdir(join(staging, folder))));
    return files.flat().sort();
  }

  test('one fault at each of its system calls', async () => {
    await begin();
    const { calls, report } = await injector.run(line, options);
    expect(report?.error).toBeUndefined();
    expect(calls.length).toBeGreaterThan(20);
    let index = random.seed;
    const failed: string[] = [];
    for (const { kind, nth, path } of calls) {
      index += 1;
      for (const fault of all ? faults : [faults[index % faults.length] ?? '']) {
        await meet({ kind, nth, fault }).catch((error: Error) => {
          failed.push(`${fault} at ${kind} ${nth} ${path}: ${error.message}`);
        });
        await line.releaseAll();
      }
    }
    expect(failed).toEqual([]);
  }, 3_600_000);
});

test.skipIf(injector.obstacle === undefined)(
  `no system call gets a fault: ${injector.obstacle}`,
  () => {
    expect(injector.obstacle).toBeDefined();
  },
);

function expectTyped(error: NonNullable<Report['error']>, fault: string, path: string): void {
  expect(error.exitCode, `${error.code} ${error.message}`).toBe(7);
  expect(error.hint).not.toBe('');
  // The process that creates a lock file does not learn why this fails.
  if (path.includes('/.locks/')) expect(error.code).toMatch(/^ERR_(?:NO_SPACE|CACHE_IO)$/);
  else expect(error.code).toBe(/ENOSPC|EDQUOT/.test(fault) ? 'ERR_NO_SPACE' : 'ERR_CACHE_IO');
}

/**
 * Calls that only save work later, and those after the disk is in place: the disk is returned, with a warning at most.
 */
function isBookkeeping(calls: readonly SystemCall[], { kind, nth }: Injection): boolean {
  const at = calls.findIndex((call) => call.kind === kind && call.nth === nth);
  const { path = '' } = calls[at] ?? {};
  // The disk is read once more under its lease.
  const isLook = /^\/images-v1\/[^.]/.test(path);
  const isKept = /^\/images-v1\/(?:\.(?:http|state|leases)\/|CACHEDIR)/.test(path);
  return isKept || (isPublished(calls.slice(0, at)) && !isLook);
}

function isPublished(calls: readonly SystemCall[]): boolean {
  const isDisk = /^\/images-v1\/[^./]+\.(?:raw|qcow2)$/;
  return calls.some(({ kind, path }) => kind === 'rename' && isDisk.test(path));
}

/** The files of a call in its staging folder if it fails at this place: the download, once it has begun. */
function downloaded(calls: readonly SystemCall[], { kind, nth }: Injection): string[] {
  const at = calls.findIndex((call) => call.kind === kind && call.nth === nth);
  const before = calls.slice(0, at);
  const isBegun = before.some(
    (call) => call.kind === 'rename' && /download\.json$/.test(call.path),
  );
  return isBegun && !isPublished(before) ? ['download', 'download.json'] : [];
}

const known: readonly RegExp[] = [
  /^images-v1(?:\/(?:CACHEDIR\.TAG|\.(?:staging|locks|leases|state|http)))?$/,
  /^images-v1\/acme_1_default_amd64_20260101\.(?:raw|qcow2)(?:\.(?:json|evidence|source|blocks))?$/,
  /^images-v1\/\.staging\/acme_1_default_amd64_20260101\.(?:raw|qcow2)$/,
  /^images-v1\/\.staging\/\.acme_1_default_amd64_20260101\.(?:raw|qcow2)\.record$/,
  /^images-v1\/\.staging\/[^/]+\/(?:download|download\.sealed|download\.json(?:\.new)?|disk|ready|source|beside\.\w+)$/,
  /^images-v1\/\.staging\/\.removed-[0-9a-f]{16}$/,
  /^images-v1\/\.locks\/(?:acme_1_default_amd64_20260101|\.probe-\d+)$/,
  /^images-v1\/\.leases\/acme_1_default_amd64_20260101\.(?:raw|qcow2)$/,
  /^images-v1\/\.state\/[0-9a-f]{32}\.json(?:\.(?:lock|new))?$/,
  /^images-v1\/\.http\/[0-9a-f]{64}\.(?:body|json)(?:\.new)?$/,
];

/** Unknown names in a cache, of which each call could add more. */
async function strangers(cacheDir: string): Promise<string[]> {
  const names = await readdir(cacheDir, { recursive: true }).catch(() => []);
  return names.filter((name) => !known.some((pattern) => pattern.test(name)));
}
