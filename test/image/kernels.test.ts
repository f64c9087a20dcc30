import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { describeKernel, type KernelFacts } from '../../src/image/kernel.ts';
import { unpackKernel } from '../../src/image/unpack-kernel.ts';
import { makeBzimage, makeElf, makeImage, makeZboot } from './make-kernel.ts';

const rows: [string, Uint8Array, KernelFacts][] = [
  ['a 64-bit bzImage', makeBzimage(), { kind: 'bzimage', arch: 'amd64' }],
  ['a 32-bit bzImage', makeBzimage(false), { kind: 'bzimage', arch: '386' }],
  ['an arm64 Image', makeImage(), { kind: 'image', arch: 'arm64' }],
  ['a riscv64 Image', makeImage('riscv64'), { kind: 'image', arch: 'riscv64' }],
  ['an ELF vmlinux', makeElf(62), { kind: 'elf', arch: 'amd64' }],
  ['a big-endian ELF', makeElf(22, true), { kind: 'elf', arch: 's390x' }],
  ['an ELF of an unknown machine', makeElf(9999), { kind: 'elf' }],
  ['gzip', gzipSync(makeImage()), { kind: 'gzip' }],
  ['xz', Buffer.from('fd377a585a000004', 'hex'), { kind: 'xz' }],
  ['zstd', Buffer.from('28b52ffd', 'hex'), { kind: 'zstd' }],
  ['bzip2', Buffer.from('BZh9'), { kind: 'bzip2' }],
  ['HTML', Buffer.from('<!doctype html><title>Not here</title>'), { kind: 'unknown' }],
  ['MZ alone', Buffer.from('MZ'), { kind: 'unknown' }],
  ['nothing', Buffer.alloc(0), { kind: 'unknown' }],
];

test.each(rows)('%s is recognised by its head', (_, bytes, facts) => {
  expect(describeKernel(bytes.subarray(0, 1024))).toEqual(facts);
});

test('an EFI zboot image gives place and compression of its kernel', () => {
  const bytes = makeZboot(makeImage(), 'zstd22');
  const { kind, arch, payload } = describeKernel(bytes.subarray(0, 1024));
  expect({ kind, arch }).toEqual({ kind: 'efi-zboot', arch: 'arm64' });
  expect(payload).toMatchObject({ offset: 512, compression: 'zstd22' });
});

describe('unpacking', () => {
  const kernel = makeImage();

  test.each([
    ['gzip', gzipSync(kernel)],
    ['EFI zboot with gzip', makeZboot(kernel)],
    ['EFI zboot with zstd', makeZboot(kernel, 'zstd')],
    ['EFI zboot with zstd22', makeZboot(kernel, 'zstd22')],
  ])('%s', async (_, packed) => {
    expect(Buffer.compare(await unpackKernel(packed), kernel)).toBe(0);
  });

  test('an uncompressed kernel stays unchanged', async () => {
    expect(await unpackKernel(kernel)).toBe(kernel);
  });

  test.each([
    ['cut gzip', gzipSync(kernel).subarray(0, 50), 'ERR_DECODE'],
    ['a payload outside the file', makeZboot(kernel).subarray(0, 600), 'ERR_DECODE'],
    ['a compression of another name', makeZboot(kernel, 'lzo'), 'ERR_UNSUPPORTED_FORMAT'],
    ['a bomb', gzipSync(Buffer.alloc(2 ** 20 + 1)), 'ERR_LIMIT'],
  ])('%s is refused', async (_, packed, code) => {
    await expect(unpackKernel(packed, 2 ** 20)).rejects.toMatchObject({ code });
  });
});
