import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { convertImage } from '../../src/index.ts';
import { makeDisk } from '../fixtures/line.ts';
import { skippable } from '../formats/lz4/fixtures.ts';
import { makeLz4 } from '../formats/lz4/make-lz4.ts';
import { sha256 } from '../formats/shared/decoding.ts';

const disk = makeDisk(300 * 1024);
const long = 200 * 1024;
const frames = { lz4: makeLz4(disk, { stored: true }), zst: zstdCompressSync(disk) };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-skippable-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(bytes: Uint8Array, from?: string[]) {
  await writeFile(join(folder, 'input'), bytes);
  return await convertImage(join(folder, 'input'), join(folder, 'output'), { from });
}

test.each(['lz4', 'zst'] as const)(
  'after skippable frames longer than the first read, %s is still recognised',
  async (id) => {
    const file = Buffer.concat([skippable(5, 3), skippable(long), skippable(long, 7), frames[id]]);
    for (const [bytes, layers] of [
      [file, [id, 'raw']],
      [gzipSync(file), ['gz', id, 'raw']],
    ] as const) {
      const image = await run(bytes);
      expect(image.layers).toEqual(layers);
      expect(sha256(await readFile(image.path))).toBe(sha256(disk));
      await rm(image.path);
      await run(bytes, [...layers]);
      await rm(image.path);
    }
  },
);

test('neither is taken for the other if one was declared', async () => {
  const file = Buffer.concat([skippable(long), frames.lz4]);
  await expect(run(file, ['zst', 'raw'])).rejects.toMatchObject({
    details: { reason: 'format-mismatch', declared: 'zst', detected: 'lz4' },
  });
});

test.each([
  ['ends', 'not-an-image', skippable(long)],
  ['ends inside one', 'truncated', skippable(10, 0, 2 ** 32 - 1)],
  ['continues with something else', 'not-an-image', Buffer.concat([skippable(long), disk])],
  ['has only such frames', 'not-an-image', Buffer.alloc(8 * 20_000, skippable(0))],
])('a file of skippable frames that %s is refused as %s', async (_, reason, bytes) => {
  const file = Buffer.concat([skippable(long), bytes]);
  await expect(run(file)).rejects.toMatchObject({ details: { reason } });
});
