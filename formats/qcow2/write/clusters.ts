import { constants } from 'node:zlib';
import { type DiskToWrite, isZeros, type WriteContext } from '../../../src/kit.ts';
import { eachDataBlock } from '../../shared/writing/data-blocks.ts';
import { type PackedUnit, packedUnits } from '../../shared/writing/packed-units.ts';
import { clusterBytes } from './layout.ts';

type Cluster = Omit<PackedUnit, 'crc'>;

const readBytes = 1024 * 1024;

/** Every cluster that is not all zeros, as it is. */
export async function* eachCluster(
  disk: DiskToWrite,
  { signal }: WriteContext,
): AsyncGenerator<Cluster[]> {
  for await (const { index, bytes } of eachDataBlock(disk, readBytes, signal)) {
    const clusters: Cluster[] = [];
    for (let at = 0; at < bytes.length; at += clusterBytes) {
      const end = Math.min(bytes.length, at + clusterBytes);
      if (isZeros(bytes, at, end)) continue;
      const cluster = { index: (index * readBytes + at) / clusterBytes, isPacked: false };
      clusters.push({ ...cluster, bytes: filledUp(bytes.subarray(at, end)) });
    }
    yield clusters;
  }
}

/** The last cluster of a disk is a whole one too. */
function filledUp(bytes: Uint8Array): Uint8Array {
  if (bytes.length === clusterBytes) return bytes;
  const whole = new Uint8Array(clusterBytes);
  whole.set(bytes);
  return whole;
}

/** Every cluster that is not all zeros, packed where that makes it shorter. */
export function eachPackedCluster(
  disk: DiskToWrite,
  context: WriteContext,
): AsyncGenerator<Cluster[]> {
  const packing =
    context.options['compression'] === 'zstd'
      ? {
          call: 'zstdCompressSync' as const,
          options: { params: { [constants.ZSTD_c_compressionLevel]: 3 } },
        }
      : {
          call: 'deflateRawSync' as const,
          // With a window of 32 KiB the files are as small at level 3 as qemu's are at level 6 with 4 KiB, in half the time.
          options: { level: 3, memLevel: 9, windowBits: 15 },
        };
  const work = { ...packing, unitBytes: clusterBytes, isPadded: true, keepsLong: true };
  return packedUnits(disk, work, context);
}
