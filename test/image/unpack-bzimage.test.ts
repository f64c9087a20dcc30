import { execFileSync } from 'node:child_process';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bzip2 } from '../../formats/bzip2.ts';
import { lz4 } from '../../formats/lz4.ts';
import { xz } from '../../formats/xz.ts';
import { decodeLzmaAlone } from '../../src/image/lzma-alone.ts';
import { type KernelUnpacking, unpackKernel } from '../../src/image/unpack-kernel.ts';
import { defaultLimits } from '../../src/kit.ts';
import { hasProgram } from '../seed/read-back.ts';
import { makeBzimage, makeElf } from './make-kernel.ts';

const MiB = 1024 * 1024;
const unpacking: KernelUnpacking = {
  formats: [xz, bzip2, lz4],
  limits: defaultLimits,
  signal: new AbortController().signal,
  log: () => {},
};

/** An ELF kernel of 300 KiB, part of which compresses well. */
const kernel = Buffer.concat([
  makeElf(62),
  Buffer.alloc(100_000, 'text and text '),
  Buffer.from(Array.from({ length: 200_000 }, (_, index) => ((index * index) >> 3) & 255)),
]);

/** A bzImage with this payload after two sectors of setup code and 0x400 bytes of the unpacker. */
function packInto(payload: Uint8Array, size: number | null = kernel.length): Buffer {
  const head = makeBzimage();
  head[0x1f1] = 2;
  const sized = Buffer.alloc(size === null ? 0 : 4);
  if (size !== null) sized.writeUInt32LE(size);
  head.writeUInt32LE(0x400, 0x248);
  head.writeUInt32LE(payload.length + sized.length, 0x24c);
  return Buffer.concat([head.subarray(0, 3 * 512 + 0x400), payload, sized, Buffer.alloc(5000, 1)]);
}

const run = (program: string, args: string[]): Buffer => {
  return execFileSync(program, args, { input: kernel, maxBuffer: 64 * MiB });
};

describe('the ELF kernel out of a bzImage', () => {
  test.for<[string, string | undefined, () => Buffer]>([
    ['gzip', undefined, () => packInto(gzipSync(kernel), null)],
    ['zstd', undefined, () => packInto(zstdCompressSync(kernel))],
    ['nothing', undefined, () => packInto(kernel, null)],
    ['xz', 'xz', () => packInto(run('xz', ['--check=crc32', '--x86', '--lzma2', '-c']))],
    ['lzma', 'xz', () => packInto(run('xz', ['--format=lzma', '-c']))],
    ['bzip2', 'bzip2', () => packInto(run('bzip2', ['-c']))],
    ['lz4', 'lz4', () => packInto(run('lz4', ['-l', '-9', '-c']))],
  ])('compressed with %s', async ([, program, make], { skip }) => {
    if (program !== undefined && !hasProgram(program)) skip(`${program} is not installed`);
    expect(Buffer.compare(await unpackKernel(make(), 64 * MiB, unpacking), kernel)).toBe(0);
  });

  test('a bzImage without the place of its kernel stays unchanged', async () => {
    const bytes = makeBzimage();
    expect(await unpackKernel(bytes)).toBe(bytes);
  });

  test.each<[string, Buffer, string]>([
    [
      'a payload outside of the file',
      packInto(gzipSync(kernel), null).subarray(0, 4000),
      'ERR_DECODE',
    ],
    [
      'a kernel of another length than its end says',
      packInto(zstdCompressSync(kernel), 99_999_999),
      'ERR_LIMIT',
    ],
    [
      'a kernel shorter than its end says',
      packInto(zstdCompressSync(kernel), kernel.length + 1),
      'ERR_DECODE',
    ],
    [
      'a kernel longer than its end says',
      packInto(zstdCompressSync(kernel), kernel.length - 1),
      'ERR_LIMIT',
    ],
    ['a file that is not ELF', packInto(zstdCompressSync(Buffer.alloc(9000)), 9000), 'ERR_DECODE'],
    ['LZO', packInto(Buffer.from('894c5a4f000d0a1a0a', 'hex')), 'ERR_UNSUPPORTED_FORMAT'],
    ['noise', packInto(Buffer.alloc(900, 7)), 'ERR_UNSUPPORTED_FORMAT'],
    ['damaged xz', packInto(Buffer.from('fd377a585a00000000', 'hex')), 'ERR_DECODE'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(unpackKernel(bytes, 64 * MiB, unpacking)).rejects.toMatchObject({ code });
  });

  test('without a codec for it, xz is refused', async () => {
    const bytes = packInto(Buffer.from('fd377a585a00000000', 'hex'));
    const code = 'ERR_UNSUPPORTED_FORMAT';
    await expect(unpackKernel(bytes)).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!hasProgram('xz'))('lzma', () => {
  test.each([
    ['the defaults', []],
    ['other properties', ['--lzma1=lc=0,lp=2,pb=0,dict=64KiB']],
    ['the fastest', ['-0']],
  ])('compressed by xz with %s', (_, options) => {
    const packed = run('xz', ['--format=lzma', '-c', ...options]);
    expect(Buffer.compare(decodeLzmaAlone(packed, MiB), kernel)).toBe(0);
    expect(decodeLzmaAlone(packed, 1000)).toHaveLength(1000);
  });

  test('changed and cut data is refused or ends', () => {
    const packed = run('xz', ['--format=lzma', '-c']);
    let refused = 0;
    for (let round = 0; round < 300; round += 1) {
      const changed = Buffer.from(packed);
      const at = (round * 7919) % changed.length;
      changed[at] = (changed[at] ?? 0) ^ (1 + (round % 255));
      try {
        const end = round % 3 === 0 ? at : changed.length;
        expect(decodeLzmaAlone(changed.subarray(0, end), MiB).length).toBeLessThanOrEqual(MiB);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_DECODE' });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});
