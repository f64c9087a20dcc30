import { viewOf } from '../../src/kit.ts';
import { PieceList } from '../shared/blocks/piece-list.ts';
import { fileOffset, refuseQcow2 } from './file-offset.ts';
import type { Qcow2Header } from './header.ts';
import type { L2TableMap } from './l2-table-map.ts';

const compressedBit = 1n << 62n;
const offsetBits = 0x00ff_ffff_ffff_fe00n;
const maxCompressedOffset = 1n << 56n;
const allSubclusters = 0xffff_ffff;

/**
 * The data that one L2 table describes, in the order of the disk: `bytes` is the table, `index` its place in the map.
 * Every entry is checked; `sizeBytes` is the length of the file if it is known.
 */
export function expandL2Table(
  header: Qcow2Header,
  map: L2TableMap,
  index: number,
  bytes: Uint8Array,
  sizeBytes: number | undefined,
): PieceList {
  const view = viewOf(bytes);
  const { clusterBytes, extendedL2, virtualSize } = header;
  const entryBytes = extendedL2 ? 16 : 8;
  const entries = Math.ceil(map.coverAt(index) / clusterBytes);
  const pieces = new PieceList();
  for (let i = 0; i < entries; i += 1) {
    const high = view.getUint32(i * entryBytes);
    const low = view.getUint32(i * entryBytes + 4);
    // Most entries of a sparse disk are like this; the bitmap of an extended entry must then be empty.
    const empty = high === 0 && low === 0;
    if (empty && (!extendedL2 || view.getUint32(i * 16 + 12) === 0)) continue;
    const at = map.hostAt(index) + i * entryBytes;
    const guest = map.guestAt(index) + i * clusterBytes;
    const bytesLeft = Math.min(clusterBytes, virtualSize - guest);
    const entry = view.getBigUint64(i * entryBytes);
    if ((entry & compressedBit) !== 0n) {
      addCompressed(entry, at, guest);
      continue;
    }
    const host = standardOffset(entry, at);
    if (extendedL2) {
      addSubclusters(host, view.getUint32(i * 16 + 12), view.getUint32(i * 16 + 8), at, guest);
    } else if ((entry & 1n) === 1n) {
      if (header.version === 2)
        throw refuseQcow2('corrupt-table', 'zero flag in version 2', { offset: at });
    } else if (host !== 0n) {
      add(host, 0, bytesLeft, at, guest);
    }
  }
  return pieces;

  function standardOffset(entry: bigint, at: number): bigint {
    const host = entry & offsetBits;
    if (host % BigInt(clusterBytes) === 0n) return host;
    throw refuseQcow2('corrupt-table', 'a data cluster does not start at a cluster', {
      offset: at,
    });
  }

  function add(cluster: bigint, from: number, length: number, at: number, guest: number): void {
    const host = fileOffset(cluster, from + length, 'a data cluster', at, sizeBytes);
    if (map.touches(host, host + clusterBytes)) {
      throw refuseQcow2('corrupt-table', 'a data cluster overlaps a table', {
        offset: at,
        value: host,
      });
    }
    pieces.extend(host + from, guest + from, length);
  }

  // The end of the file may cut the last sector, and the stream may be shorter than its sectors.
  function addCompressed(entry: bigint, at: number, guest: number): void {
    const offsetWidth = BigInt(62 - (header.clusterBits - 8));
    const offset = entry & ((1n << offsetWidth) - 1n);
    const sectors = Number((entry & (compressedBit - 1n)) >> offsetWidth);
    if (offset >= maxCompressedOffset) {
      throw refuseQcow2('corrupt-table', 'a compressed cluster has an impossible offset', {
        offset: at,
      });
    }
    const host = fileOffset(offset, 1, 'a compressed cluster', at, sizeBytes);
    if (map.touches(host, host + 1)) {
      throw refuseQcow2('corrupt-table', 'a compressed cluster starts in a table', { offset: at });
    }
    pieces.push(host, guest, -((sectors + 1) * 512 - (host % 512)));
  }

  function addSubclusters(
    cluster: bigint,
    allocated: number,
    zero: number,
    at: number,
    guest: number,
  ): void {
    if ((allocated & zero) !== 0 || (cluster === 0n && allocated !== 0)) {
      throw refuseQcow2('corrupt-table', 'a subcluster contradicts itself', { offset: at });
    }
    const bytesLeft = Math.min(clusterBytes, virtualSize - guest);
    if (allocated === allSubclusters) {
      add(cluster, 0, bytesLeft, at, guest);
      return;
    }
    const subclusterBytes = clusterBytes / 32;
    for (let bit = 0; bit < 32 && bit * subclusterBytes < bytesLeft; bit += 1) {
      if (((allocated >>> bit) & 1) === 0) continue;
      const from = bit * subclusterBytes;
      add(cluster, from, Math.min(subclusterBytes, bytesLeft - from), at, guest);
    }
  }
}
