import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureImage } from '../../../src/index.ts';
import { buildVhdImage } from '../../../src/testing/index.ts';
import { runCli } from '../../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';

const disk = makeDisk();
const fixed = { virtualSize: disk.length, extents: [{ position: 0, bytes: disk }] };
const vhd = buildVhdImage({ ...fixed, variant: 'fixed', gapBytes: 4096 }).bytes;

let folder: string;
let line: Line;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-from-'));
  line = await startLine();
});
afterEach(async () => {
  await line.close();
  await rm(folder, { recursive: true });
});

test('a file of the caller is read with the declared layers, and with no others', async () => {
  const path = join(folder, 'disk.vhd.gz');
  await writeFile(path, gzipSync(vhd));
  const cacheDir = join(folder, 'cache');
  const image = await ensureImage(path, { cacheDir, from: ['gz', 'vhd'] });
  expect(sha256(await readFile(image.path))).toBe(sha256(disk));
  // The disk from another declaration answers no other one.
  await expect(ensureImage(path, { cacheDir, from: ['gz', 'qcow2'] })).rejects.toMatchObject({
    details: { reason: 'format-mismatch', declared: 'qcow2' },
  });
  const again = await runCli(['ensure', path, '--cache-dir', cacheDir, '--from', 'gz>vhd']);
  expect(again).toMatchObject({ code: 0, stdout: `${image.path}\n` });
  const slip = await runCli(['ensure', path, '--cache-dir', cacheDir, '--from', 'gz>vdh']);
  expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean') });
});

test('a vendor without a file of these layers is refused', async () => {
  const packed = gzipSync(disk);
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
  line.offer({ ...build, digest: sha256(packed) }, packed);
  await expect(line.ensure('acme:1', { from: ['qcow2'] })).rejects.toMatchObject({
    code: 'ERR_NOT_FOUND',
    message: expect.stringContaining('only as gz>raw'),
  });
  const image = await line.ensure('acme:1', { from: ['gz'] });
  expect(sha256(await readFile(image.path))).toBe(sha256(disk));
});

test('a value that is not a list of ids is refused', async () => {
  const from = 'gz' as unknown as string[];
  await expect(ensureImage('./disk.raw', { from })).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    details: { field: 'from' },
  });
});
