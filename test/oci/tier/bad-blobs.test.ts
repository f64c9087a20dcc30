import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BadBlobs } from '../../../src/oci/tier/bad-blobs.ts';

let folder: string;
let told: string[];
let bad: BadBlobs;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-bad-'));
  told = [];
  bad = new BadBlobs(folder, ({ message }) => told.push(message));
});
afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true, force: true });
});

const blob = `registry.example/fleet/images@sha256:${'a'.repeat(64)}`;
const now = new Date('2026-06-01T00:00:00Z');
const later = new Date('2026-07-01T00:00:00Z');

test('a blob is remembered until its time has passed, by other processes too', async () => {
  expect(await bad.has(blob, now)).toBe(false);
  await bad.remember(blob, later, 'other\nbytes');
  const other = new BadBlobs(folder, () => undefined);
  expect(await other.has(blob, now)).toBe(true);
  expect(await other.has(`${blob}0`, now)).toBe(false);
  expect(await other.has(blob, later)).toBe(false);
});

test('no more than 256 are remembered, the latest ones', async () => {
  for (let index = 0; index < 260; index += 1) await bad.remember(`${blob}${index}`, later, 'bad');
  expect(await readdir(join(folder, 'registry-v1/bad'))).toHaveLength(256);
  expect(await bad.has(`${blob}259`, now)).toBe(true);
});

test('a file with other content counts as empty', async () => {
  await bad.remember(blob, later, 'bad');
  const [name = ''] = await readdir(join(folder, 'registry-v1/bad'));
  await writeFile(join(folder, 'registry-v1/bad', name), 'something');
  expect(await bad.has(blob, now)).toBe(false);
});

test('a folder without write permission is reported, and nothing fails', async () => {
  await writeFile(join(folder, 'registry-v1'), '');
  await bad.remember(blob, later, 'bad');
  expect(told).toEqual([expect.stringContaining('was not recorded as bad')]);
  expect(await bad.has(blob, now)).toBe(false);
});
