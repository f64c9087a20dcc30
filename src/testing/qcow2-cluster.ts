import { constants, deflateRawSync, zstdCompressSync } from 'node:zlib';
import { isZeros } from '../kit/is-zeros.ts';

/** A stored cluster, and its L2 entry. */
export interface EncodedCluster {
  /** Absent if the entry alone describes the cluster. */
  bytes?: Uint8Array;
  compressed: boolean;
  /** The L2 entry, once the position in the file is known. */
  entry(offset: number, clusterBits: number, copied: bigint): bigint;
  /** The second half of an extended L2 entry. */
  bitmap: bigint;
}

/** Readers must not read ranges that read as zeros: where the file reserves space for zeros, it holds this byte. */
const junk = 0xaa;
const subclusters = 32;

/** Encodes one cluster of the disk; `undefined` if the file does not contain it. */
export function encodeCluster(
  raw: Uint8Array,
  how: {
    compression: 'none' | 'zlib' | 'zstd';
    extendedL2: boolean;
    zeros: 'unallocated' | 'flagged' | 'preallocated';
  },
): EncodedCluster | undefined {
  if (isZeros(raw)) return encodeZeros(raw.length, how);
  const packed = how.compression === 'none' ? raw : compress(raw, how.compression);
  if (packed.length < raw.length) {
    return { bytes: packed, compressed: true, entry: compressedEntry(packed.length), bitmap: 0n };
  }
  return how.extendedL2 ? encodeSubclusters(raw, how.zeros) : standard(raw, 0n);
}

function standard(bytes: Uint8Array, bitmap: bigint, flags = 0n): EncodedCluster {
  const entry = (offset: number, _bits: number, copied: bigint): bigint =>
    BigInt(offset) | copied | flags;
  return { bytes, compressed: false, entry, bitmap };
}

function encodeZeros(
  length: number,
  { zeros, extendedL2 }: { zeros: string; extendedL2: boolean },
): EncodedCluster | undefined {
  if (zeros === 'unallocated') return undefined;
  const flag = extendedL2 ? 0n : 1n;
  const bitmap = extendedL2 ? 0xffff_ffffn << 32n : 0n;
  if (zeros === 'preallocated') return standard(new Uint8Array(length).fill(junk), bitmap, flag);
  return { compressed: false, entry: () => flag, bitmap };
}

function encodeSubclusters(raw: Uint8Array, zeros: string): EncodedCluster {
  const bytes = Uint8Array.from(raw);
  const size = raw.length / subclusters;
  let bitmap = 0n;
  for (let i = 0; i < subclusters; i += 1) {
    const subcluster = bytes.subarray(i * size, (i + 1) * size);
    if (!isZeros(subcluster)) {
      bitmap |= 1n << BigInt(i);
    } else {
      if (zeros !== 'unallocated') bitmap |= 1n << BigInt(i + subclusters);
      subcluster.fill(junk);
    }
  }
  return standard(bytes, bitmap);
}

function compressedEntry(length: number): EncodedCluster['entry'] {
  return (offset, clusterBits) => {
    const moreSectors = Math.ceil(((offset % 512) + length) / 512) - 1;
    const offsetWidth = BigInt(62 - (clusterBits - 8));
    return (1n << 62n) | (BigInt(moreSectors) << offsetWidth) | BigInt(offset);
  };
}

// The same window size as qemu: 4 KiB.
function compress(raw: Uint8Array, compression: 'zlib' | 'zstd'): Uint8Array {
  if (compression === 'zlib') return deflateRawSync(raw, { windowBits: 12 });
  return zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
}
