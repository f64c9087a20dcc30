import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Allowance, convertImage, inspectImage, type LogEntry } from '../../src/index.ts';
import { buildQcow2Image } from '../../src/testing/index.ts';
import { runCli } from '../cli/spawn-cli.ts';
import { makeDisk } from '../fixtures/line.ts';
import { makeEncrypted, markCorrupt } from './odd-images.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-allow-'));
});
afterEach(() => rm(folder, { recursive: true }));

const disk = makeDisk();
const encrypted = makeEncrypted();

function qcow2Of(bytes: Uint8Array): Uint8Array {
  const extents = [{ position: 0, bytes }];
  return buildQcow2Image({ virtualSize: bytes.length, extents }).bytes;
}

interface Odd {
  allowance: Allowance;
  bytes: Uint8Array;
  from?: string[];
  disk: Uint8Array;
}

describe.each<[string, Odd]>([
  [
    'a qcow2 that marks itself as corrupt',
    { allowance: 'corrupt-flag', bytes: markCorrupt(qcow2Of(disk)), disk },
  ],
  [
    'a qcow2 of an encrypted disk',
    { allowance: 'encrypted', bytes: qcow2Of(encrypted), disk: encrypted },
  ],
  ['an encrypted disk', { allowance: 'encrypted', bytes: encrypted, disk: encrypted }],
  [
    'an encrypted disk in gzip that is declared',
    {
      allowance: 'encrypted',
      bytes: gzipSync(encrypted),
      from: ['gz', 'raw'],
      disk: encrypted,
    },
  ],
])('%s', (_what, { allowance, bytes, from, disk: wanted }) => {
  test('is refused with a hint that names the word, and becomes a disk with it', async () => {
    const [file, out] = [join(folder, 'image'), join(folder, 'out.raw')];
    await writeFile(file, bytes);
    await expect(convertImage(file, out, { from })).rejects.toMatchObject({
      details: { reason: allowance },
      hint: expect.stringContaining(`--allow ${allowance}`),
    });
    const others = (['trailing', 'corrupt-flag', 'encrypted'] as const).filter(
      (word) => word !== allowance,
    );
    await expect(convertImage(file, out, { from, allow: others })).rejects.toThrow();
    const log: LogEntry[] = [];
    const made = await convertImage(file, out, {
      from,
      allow: [allowance],
      log: (entry) => void log.push(entry),
    });
    expect(Buffer.compare(await readFile(out), wanted)).toBe(0);
    expect(made.warnings).toMatchObject([{ code: `allowed-${allowance}` }]);
    expect(log).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  test('is a hazard for inspect, and a warning with the word', async () => {
    const file = join(folder, 'image');
    await writeFile(file, bytes);
    expect(await inspectImage(file, { from })).toMatchObject({
      hazards: [{ reason: allowance }],
      warnings: [],
    });
    expect(await inspectImage(file, { from, allow: [allowance] })).toMatchObject({
      virtualSize: wanted.length,
      hazards: [],
      warnings: [{ code: `allowed-${allowance}` }],
    });
  });
});

test('an encrypted disk is refused if another format was declared', async () => {
  const file = join(folder, 'image');
  await writeFile(file, encrypted);
  const how = { from: ['qcow2'], allow: ['encrypted'] as const };
  await expect(convertImage(file, join(folder, 'out'), how)).rejects.toMatchObject({
    details: { reason: 'encrypted', declared: 'qcow2' },
    hint: expect.not.stringContaining('--allow'),
  });
});

describe('on the command line', () => {
  test('--allow may be repeated, and the words are on stderr and in --json', async () => {
    const file = join(folder, 'image');
    await writeFile(file, markCorrupt(qcow2Of(encrypted)));
    const args = ['image', 'out.raw', '--json'];
    const one = await runCli(['convert', ...args, '--allow', 'corrupt-flag'], { cwd: folder });
    expect(one.code).toBe(6);
    expect(one.stderr).toContain('--allow encrypted');
    const words = ['--allow', 'corrupt-flag', '--allow=encrypted'];
    const both = await runCli(['convert', ...args, ...words], { cwd: folder });
    expect(both.code).toBe(0);
    expect(JSON.parse(both.stdout)).toMatchObject({
      warnings: [{ code: 'allowed-corrupt-flag' }, { code: 'allowed-encrypted' }],
    });
    expect(both.stderr).toContain('warning: the image is marked as corrupt');
    const looked = await runCli(['inspect', 'image', ...words], { cwd: folder });
    expect(looked.code).toBe(0);
    expect(looked.stderr).toContain('accepted by --allow encrypted');
    const cache = ['--cache-dir', join(folder, 'cache')];
    const ensured = await runCli(['ensure', './image', ...cache, ...words], { cwd: folder });
    expect(ensured.code).toBe(0);
    expect(ensured.stderr).toContain('accepted by --allow corrupt-flag');
    expect(Buffer.compare(await readFile(ensured.stdout.trim()), encrypted)).toBe(0);
  });

  test.each([
    ['trailng', 'Did you mean trailing?'],
    ['trailing,encrypted', 'Use one or more of'],
  ])('--allow %s is a usage error', async (word, hint) => {
    const { code, stderr } = await runCli(['inspect', 'image', '--allow', word], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
  });
});
