import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectImage } from '../../src/index.ts';
import { buildQcow2Image } from '../../src/testing/index.ts';
import { makeDisk } from '../fixtures/line.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-inspect-'));
});
afterEach(() => rm(folder, { recursive: true }));

const disk = makeDisk();
const extents = [{ position: 0, bytes: disk }];
const qcow2 = buildQcow2Image({ virtualSize: disk.length, extents, compression: 'zlib' }).bytes;

async function inspect(bytes: Uint8Array): ReturnType<typeof inspectImage> {
  const file = join(folder, 'image');
  await writeFile(file, bytes);
  return inspectImage(file, { scratchDir: folder });
}

test('reports layers, sizes and data ranges, and writes nothing', async () => {
  const found = await inspect(gzipSync(qcow2));
  expect(found).toMatchObject({ layers: ['gz', 'qcow2'], virtualSize: disk.length, hazards: [] });
  expect(found.facts).toMatchObject({ variant: 'v3', clusterBytes: 65_536, compression: 'zlib' });
  expect(found.dataBytes).toBe(256 * 1024 + 4096);
  expect(found.extents).toEqual([
    [0, 256 * 1024],
    [disk.length - 65_536, 65_536],
  ]);
  expect(await readdir(folder)).toEqual(['image']);
});

test('a stream of unknown length has a virtual size after it was read', async () => {
  expect(await inspect(gzipSync(disk))).toMatchObject({
    layers: ['gz', 'raw'],
    virtualSize: disk.length,
    facts: { variant: 'MBR' },
  });
});

test('an error of the conversion is a hazard, and the known facts are still reported', async () => {
  const backed = Buffer.from(qcow2);
  backed.writeBigUInt64BE(512n, 8);
  backed.writeUInt32BE(11, 16);
  expect(await inspect(backed)).toMatchObject({
    layers: ['qcow2'],
    hazards: [{ code: 'ERR_UNSAFE_IMAGE', reason: 'external-reference' }],
  });
  const cut = gzipSync(qcow2).subarray(0, 5000);
  expect(await inspect(cut)).toMatchObject({ hazards: [{ reason: 'truncated' }] });
  const page = Buffer.from('<!DOCTYPE html><title>Sign in</title>');
  expect(await inspect(page)).toMatchObject({ layers: [], hazards: [{ reason: 'not-an-image' }] });
});

test('a disk that is itself an image is a hazard', async () => {
  const inner = Buffer.alloc(1024 ** 2);
  Buffer.from(qcow2).copy(inner);
  const nested = [{ position: 0, bytes: inner }];
  const bytes = buildQcow2Image({ virtualSize: inner.length, extents: nested }).bytes;
  expect(await inspect(bytes)).toMatchObject({
    layers: ['qcow2'],
    hazards: [{ reason: 'nested-format' }],
  });
});

test('a hazard has an explanation, a next step, and the word that allows it', async () => {
  const odd = Buffer.concat([gzipSync(disk), Buffer.from('metadata behind the stream')]);
  const [hazard] = (await inspect(odd)).hazards;
  expect(hazard).toMatchObject({ reason: 'trailing-data', allow: 'trailing' });
  expect(hazard?.meaning).toBe('Other bytes follow the end of the image.');
  expect(hazard?.hint).toContain('--allow trailing');
  const [cut] = (await inspect(gzipSync(disk).subarray(0, 5000))).hazards;
  expect(cut).toMatchObject({ reason: 'truncated', meaning: 'The file ends too early.' });
  expect(cut?.hint).toMatch(/^[A-Z].+\.$/);
  expect(cut).not.toHaveProperty('allow');
});
