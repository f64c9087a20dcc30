import { qcow2Magic } from '../magic.ts';
import { clusterBytes, type RefcountPlace } from './layout.ts';

interface HeaderFields {
  virtualSize: number;
  l1Entries: number;
  refcounts: RefcountPlace;
  compression: string;
}

const headerBytes = 112;
const [zlib, zstd] = [0, 1];
/** The incompatible feature bit that every compression except zlib requires. */
const compressionFeature = 1n << 3n;

/** Version 3; the end of the header extensions, which is all zeros, follows. */
export function formatHeader({
  virtualSize,
  l1Entries,
  refcounts,
  compression,
}: HeaderFields): Uint8Array {
  const header = Buffer.alloc(headerBytes + 8);
  const isZstd = compression === 'zstd';
  header.write(qcow2Magic, 0, 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(Math.log2(clusterBytes), 20);
  header.writeBigUInt64BE(BigInt(virtualSize), 24);
  header.writeUInt32BE(l1Entries, 36);
  header.writeBigUInt64BE(BigInt(clusterBytes), 40);
  header.writeBigUInt64BE(BigInt(refcounts.offset), 48);
  header.writeUInt32BE(refcounts.clusters, 56);
  header.writeBigUInt64BE(isZstd ? compressionFeature : 0n, 72);
  // Refcounts of 16 bits.
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(headerBytes, 100);
  header.writeUInt8(isZstd ? zstd : zlib, 104);
  return header;
}
