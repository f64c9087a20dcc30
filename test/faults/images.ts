import { createHash } from 'node:crypto';
import { gzipSync, constants as zlib, zstdCompressSync } from 'node:zlib';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { makeDisk } from '../fixtures/line.ts';
import { makeXz } from '../formats/xz/make-xz.ts';

/** One published file and the disk inside. */
export interface Image {
  file: string;
  layers: string[];
  disk: Buffer;
  bytes: Uint8Array;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** The compressions of a disk; each of them ends in a checksum of its own, or in tables. */
export const packings: Record<string, (disk: Buffer) => Uint8Array> = {
  'raw.gz': (disk) => gzipSync(disk, { level: 1 }),
  qcow2: (disk) => {
    const extents = [{ position: 0, bytes: disk }];
    return buildQcow2Image({ virtualSize: disk.length, extents, compression: 'zlib' }).bytes;
  },
  'raw.xz': (disk) => makeXz(blocksOf(disk, 256 * KiB)),
  'raw.zst': (disk) => zstdCompressSync(disk, { params: { [zlib.ZSTD_c_checksumFlag]: 1 } }),
};

/** Version `seed` of an image; all versions have the same file name. */
export function makeImage(packing: string, seed: number): Image {
  const pack = packings[packing];
  if (pack === undefined) throw new Error(`no packing ${packing}`);
  const disk = makeDisk(2 * MiB, seed);
  // More than sockets and readers buffer, so that a fault in the middle happens during decoding.
  scatter(disk, seed, 512 * KiB, 1100 * KiB, 32);
  const layers = packing === 'qcow2' ? ['qcow2'] : [packing.replace('raw.', ''), 'raw'];
  return { file: `acme.${packing}`, layers, disk, bytes: pack(disk) };
}

/** A disk that is published uncompressed, long enough for several connections. */
export function makeLargeImage(seed: number): Image {
  const disk = makeDisk(36 * MiB, seed);
  // Every part of it differs from the same part of another version.
  scatter(disk, seed, MiB, disk.length - MiB, 4 * KiB);
  return { file: 'acme.raw', layers: ['raw'], disk, bytes: disk };
}

function scatter(disk: Buffer, seed: number, from: number, to: number, step: number): void {
  for (let at = from; at < to; at += step) {
    createHash('sha256').update(`${seed}:${at}`).digest().copy(disk, at);
  }
}

function blocksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) blocks.push(bytes.subarray(at, at + size));
  return blocks;
}
