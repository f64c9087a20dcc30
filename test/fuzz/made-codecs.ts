import { gzipSync, constants as zlib, zstdCompressSync } from 'node:zlib';
import { xz as lzma } from '@napi-rs/lzma';
import { makeBzip2 } from '../../src/testing/files/bzip2-file.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { buildVmdkImage } from '../../src/testing/vmdk-image.ts';
import { makeDisk } from '../fixtures/line.ts';
import { makeLz4 } from '../formats/lz4/make-lz4.ts';
import { makeXz } from '../formats/xz/make-xz.ts';
import type { Seed } from './corpus.ts';

// The encoders here are slow, and the size of a disk does not matter.
const disk: Uint8Array = makeDisk(256 * 1024);
const start = disk.subarray(0, 40_000);
const rest = disk.subarray(40_000, 60_000);
const qcow2 = buildQcow2Image({
  virtualSize: disk.length,
  extents: [{ position: 0, bytes: disk }],
  compression: 'zlib',
}).bytes;
const vmdk = buildVmdkImage({
  virtualSize: disk.length,
  extents: [{ position: 0, bytes: disk }],
  variant: 'streamOptimized',
}).bytes;
const checksum = { params: { [zlib.ZSTD_c_checksumFlag]: 1 } };
/** zstd and lz4 both skip it. */
const skippable = Buffer.from('502a4d18050000000102030405', 'hex');

/** Files of every codec: one part and several, every kind of checksum, around a raw disk or another image. */
export function madeCodecs(): Seed[] {
  const files: Record<string, Uint8Array> = {
    'gz>raw': gzipSync(disk),
    'gz>raw members': join(gzipSync(start), gzipSync(rest)),
    'gz>qcow2': gzipSync(qcow2),
    'bz2>raw': makeBzip2([start.subarray(0, 9000), rest.subarray(0, 9000)], { level: 1 }),
    'bz2>raw streams': join(makeBzip2([start.subarray(0, 9000)]), makeBzip2([rest])),
    'xz>raw': lzma.compressSync(disk),
    'xz>raw blocks': makeXz([start, rest]),
    'xz>raw sizes': makeXz([start, rest], { statedSizes: { compressed: 0, uncompressed: 0 } }),
    'xz>raw streams': join(makeXz([start]), new Uint8Array(8), makeXz([rest])),
    'zst>raw': zstdCompressSync(disk),
    'zst>raw frames': join(
      skippable,
      zstdCompressSync(start, checksum),
      zstdCompressSync(rest, checksum),
    ),
    'zst>vmdk': zstdCompressSync(vmdk, checksum),
    'lz4>raw': makeLz4(start, { linked: true, blockChecksums: true, contentSize: 40_000n }),
    'lz4>raw frames': join(skippable, makeLz4(start), makeLz4(rest, { stored: true })),
    'lz4>qcow2': makeLz4(qcow2),
  };
  return Object.entries(files).map(([name, bytes]) => ({ name, read: () => bytes }));
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
