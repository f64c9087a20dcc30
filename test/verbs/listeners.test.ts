import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { raw } from '../../formats/raw.ts';
import type { Log, LogEntry } from '../../src/core.ts';
import { createRootdisk } from '../../src/core.ts';
import { builtIns } from '../../src/index.ts';
import type { Disk, Vendor } from '../../src/kit.ts';
import { acme } from '../fixtures/acme.ts';
import { damage } from '../fixtures/damage.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

/** Parts that write to their log, so that every verb has log entries. */
const talking: Vendor = {
  ...acme,
  resolve(request, context) {
    context.log({ level: 'info', message: 'resolving' });
    return acme.resolve(request, context);
  },
  async *list(context) {
    context.log({ level: 'info', message: 'listing' });
    yield* acme.list?.(context) ?? [];
  },
};
const talkingRaw: Disk = {
  ...(raw as Disk),
  open(source, context) {
    context.log({ level: 'info', message: 'opening' });
    return (raw as Disk).open(source, context);
  },
};
const formats = builtIns.formats.map((format) => (format.id === 'raw' ? talkingRaw : format));
const rootdisk = createRootdisk({ ...builtIns, formats, vendors: [talking] });

interface Listeners {
  log?: Log;
  onProgress?: () => void;
}

let line: Line;
let folder: string;
const disk = makeDisk(1024 ** 2);
const packed = gzipSync(disk);
beforeEach(async () => {
  line = await startLine();
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-listeners-'));
  const file = 'acme.raw.gz';
  const layers = ['gz', 'raw'];
  line.offer({ release: '1', snapshot: '1', file, layers, digest: sha256(packed) }, packed);
  await writeFile(join(folder, 'in.raw.gz'), packed);
});
afterEach(async () => {
  await line.close();
  await rm(folder, { recursive: true, force: true });
});

/** The result of a verb, and the warnings in it. */
interface Answer {
  given: unknown;
  warnings: { code: string; message: string }[];
}

/** Every verb that takes a listener. */
const verbs: Record<string, (listeners: Listeners) => Promise<Answer>> = {
  async ensureImage(listeners) {
    const { cacheDir, mirrors } = line;
    const options = { arch: 'amd64', cacheDir, mirrors, ...listeners };
    const image = await rootdisk.ensureImage('acme:1', options);
    await image.dispose();
    return { given: image.digests, warnings: image.trust.warnings };
  },
  async resolveImage({ log }) {
    const { cacheDir, mirrors } = line;
    const options = { arch: 'amd64', cacheDir, mirrors, log };
    const image = await rootdisk.resolveImage('acme:1', options);
    return { given: image.digests, warnings: image.trust.warnings };
  },
  async listImages({ log }) {
    const { cacheDir, mirrors } = line;
    const given: unknown[] = [];
    for await (const one of rootdisk.listImages('acme', { cacheDir, mirrors, log })) {
      given.push(one.release);
    }
    return { given, warnings: [] };
  },
  async convertImage(listeners) {
    const output = join(folder, 'out.raw');
    await rm(output, { force: true });
    const made = await rootdisk.convertImage(join(folder, 'in.raw.gz'), output, listeners);
    return { given: made.virtualSize, warnings: [] };
  },
  async inspectImage(listeners) {
    const found = await rootdisk.inspectImage(join(folder, 'in.raw.gz'), listeners);
    return { given: found.virtualSize, warnings: [] };
  },
  async verifyCache(listeners) {
    const { path } = await line.ensure();
    await line.releaseAll();
    await damage(path);
    // Another time too: the log is then told that it is not an entry.
    await chmod(path, 0o644);
    await writeFile(path, 'x', { flag: 'a' });
    const { cacheDir, mirrors } = line;
    const states: string[] = [];
    const options = { cacheDir, mirrors, repair: true, ...listeners };
    for await (const { state } of rootdisk.verifyCache(options)) states.push(state);
    return { given: states, warnings: [] };
  },
};

const ways: [string, () => void][] = [
  [
    'throws',
    () => {
      throw new Error('my own mistake');
    },
  ],
  ['rejects', () => Promise.reject(new Error('my own mistake')) as never],
];

describe.each(Object.entries(verbs))('%s', (name, run) => {
  const hasProgress = !['resolveImage', 'listImages'].includes(name);

  test.each(ways)('a log that %s does not end the call and is reported once', async (_, fail) => {
    const { given } = await run({});
    const told = watchWarnings();
    const answer = await run({ log: fail });
    expect(answer.given).toEqual(given);
    expect(await reports(told, answer, [])).toEqual(['log failed: my own mistake']);
  });

  test.runIf(hasProgress).each(ways)(
    'a progress listener that %s does not end the call and is reported once',
    async (_, fail) => {
      const { given } = await run({});
      const logged: LogEntry[] = [];
      const told = watchWarnings();
      const log = (entry: LogEntry) => logged.push(entry);
      await rm(line.cacheDir, { recursive: true, force: true });
      const answer = await run({ log, onProgress: fail });
      expect(answer.given).toEqual(given);
      expect(await reports(told, answer, logged)).toEqual(['onProgress failed: my own mistake']);
    },
  );

  test.runIf(hasProgress)('with both broken the answer is the same', async () => {
    const { given } = await run({});
    const told = watchWarnings();
    const [[, fail] = ['', () => {}]] = ways;
    await rm(line.cacheDir, { recursive: true, force: true });
    const answer = await run({ log: fail, onProgress: fail });
    expect(answer.given).toEqual(given);
    expect((await reports(told, answer, [])).sort()).toEqual([
      'log failed: my own mistake',
      'onProgress failed: my own mistake',
    ]);
  });
});

/** The warnings of the process during a test. */
function watchWarnings(): Error[] {
  const told: Error[] = [];
  const hear = (warning: Error) => {
    if ('code' in warning && warning.code === 'ROOTDISK_LISTENER') told.push(warning);
  };
  process.on('warning', hear);
  onTestFinished(() => {
    process.off('warning', hear);
  });
  return told;
}

/** All reports about broken listeners. */
async function reports(
  told: readonly Error[],
  { warnings }: Answer,
  logged: readonly LogEntry[],
): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  const messages = [...told, ...warnings, ...logged].map(({ message }) => message);
  return messages.filter((message) => message.includes('my own mistake'));
}
