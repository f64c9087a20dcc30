import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readKernelKind } from '../../../src/disk/boot/kernel-kind.ts';
import { makeBzimage, makeElf, makeImage, makeZboot } from '../../image/make-kernel.ts';

/** A file that counts the bytes read. */
function fileOf(bytes: Buffer) {
  const seen = { end: 0 };
  const read = async (position: number, length: number) => {
    seen.end = Math.max(seen.end, position + length);
    return bytes.subarray(position, position + length);
  };
  const stream = async function* () {
    yield bytes;
  };
  return { file: { sizeBytes: bytes.length, read, stream }, seen };
}

function makeS390(): Buffer {
  const bytes = Buffer.alloc(80 * 1024);
  bytes.write('S390EP', 0x10008);
  return bytes;
}

function makeZimage(): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeUInt32LE(0x016f2818, 36);
  return bytes;
}

/** A zboot image without its mark. */
function makeLoong(): Buffer {
  const bytes = makeZboot(makeImage(), 'gzip', 0x6264);
  bytes.fill(0, 4, 8);
  return bytes;
}

const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251));

test.each([
  ['bzimage/amd64', makeBzimage()],
  ['bzimage/386', makeBzimage(false)],
  ['image/arm64', makeImage()],
  ['image/riscv64', makeImage('riscv64')],
  ['elf/s390x', makeElf(22, true)],
  ['image/s390x', makeS390()],
  ['zimage/arm', makeZimage()],
  ['image/loong64', makeLoong()],
  ['gzip(image)/arm64', gzipSync(Buffer.concat([makeImage(), noise]))],
  ['gzip(elf)/ppc64le', gzipSync(makeElf(21))],
  ['zstd(image)/riscv64', zstdCompressSync(makeImage('riscv64'))],
  ['efi-zboot(gzip)/arm64', makeZboot(makeImage())],
  ['efi-zboot(zstd22)/arm64', makeZboot(makeImage(), 'zstd22')],
  [undefined, gzipSync(noise)],
  [undefined, gzipSync(makeImage()).subarray(0, 20)],
  [undefined, Buffer.from('root:x:0:0')],
  [undefined, Buffer.alloc(0)],
])('%s', async (kind, bytes) => {
  expect(await readKernelKind(fileOf(bytes).file)).toBe(kind);
});

test('a bomb is recognized by its head; no more of the file is read or unpacked', async () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  const before = process.memoryUsage().arrayBuffers;
  const { file, seen } = fileOf(Buffer.concat([gzipSync(zeros), noise]));
  expect(await readKernelKind(file)).toBeUndefined();
  expect(seen.end).toBeLessThanOrEqual(65 * 1024);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});
