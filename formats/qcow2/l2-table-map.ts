import { viewOf } from '../../src/kit.ts';
import { fileOffset, refuseQcow2 } from './file-offset.ts';
import type { Qcow2Header } from './header.ts';

const offsetBits = 0x00ff_ffff_ffff_fe00n;

/** The places of an image's metadata: its L2 tables in the order of the file, its header and its L1 table. */
export class L2TableMap {
  /** Offsets of the L2 tables in the file, ascending, each once. */
  readonly host: Float64Array;
  /** The first byte of the disk that each of them describes. */
  readonly guest: Float64Array;
  readonly #header: Qcow2Header;

  constructor(header: Qcow2Header, host: Float64Array, guest: Float64Array) {
    this.#header = header;
    this.host = host;
    this.guest = guest;
  }

  get count(): number {
    return this.host.length;
  }

  hostAt(index: number): number {
    return this.host[index] ?? Number.POSITIVE_INFINITY;
  }

  guestAt(index: number): number {
    return this.guest[index] ?? Number.POSITIVE_INFINITY;
  }

  /** Bytes of the disk that a table describes; less than a full table at the end. */
  coverAt(index: number): number {
    const { tableCover, virtualSize } = this.#header;
    return Math.min(tableCover, virtualSize - this.guestAt(index));
  }

  /** True when any byte of the range belongs to the header, the L1 table or an L2 table. */
  touches(start: number, end: number): boolean {
    return this.nextStart(start) < end || this.#covers(start);
  }

  /** Start of the first table after `position`; infinite if there is none. */
  nextStart(position: number): number {
    const { l1Offset } = this.#header;
    const next = this.hostAt(this.#upperBound(position));
    return l1Offset > position ? Math.min(l1Offset, next) : next;
  }

  #covers(position: number): boolean {
    const { clusterBytes, l1Offset, l1Bytes } = this.#header;
    if (position < clusterBytes) return true;
    if (position >= l1Offset && position < l1Offset + l1Bytes) return true;
    const before = this.#upperBound(position) - 1;
    return before >= 0 && position < this.hostAt(before) + clusterBytes;
  }

  #upperBound(position: number): number {
    let from = 0;
    let to = this.count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.hostAt(middle) <= position) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/**
 * Reads the L1 table: `bytes` are its first `l1Used` entries. Refuses tables that are misaligned, shared, past the end
 * of the file (if `sizeBytes` is known) or that overlap the header or the L1 table.
 */
export function parseL2TableMap(
  header: Qcow2Header,
  bytes: Uint8Array,
  sizeBytes: number | undefined,
): L2TableMap {
  const { clusterBytes, l1Offset, l1Bytes, l1Used, tableCover } = header;
  const view = viewOf(bytes);
  const offsets = new Float64Array(l1Used);
  const indexes = new Uint32Array(l1Used);
  let count = 0;
  for (let i = 0; i < l1Used; i += 1) {
    const entry = view.getBigUint64(i * 8) & offsetBits;
    if (entry === 0n) continue;
    const at = l1Offset + i * 8;
    const host = fileOffset(entry, clusterBytes, 'an L2 table', at, sizeBytes);
    if (host % clusterBytes !== 0) {
      throw refuseQcow2('corrupt-table', 'an L2 table does not start at a cluster', { offset: at });
    }
    const onL1 = host < l1Offset + l1Bytes && host + clusterBytes > l1Offset;
    if (host < clusterBytes || onL1) {
      throw refuseQcow2('corrupt-table', 'an L2 table overlaps the header or L1 table', {
        offset: at,
      });
    }
    offsets[i] = host;
    indexes[count] = i;
    count += 1;
  }
  const order = indexes.subarray(0, count);
  const offsetOf = (index: number): number => offsets[index] ?? 0;
  order.sort((a, b) => offsetOf(a) - offsetOf(b));
  const host = Float64Array.from(order, offsetOf);
  for (let i = 1; i < count; i += 1) {
    if (host[i] !== host[i - 1]) continue;
    throw refuseQcow2('corrupt-table', 'two L1 entries share an L2 table', {
      offset: host[i] ?? 0,
    });
  }
  return new L2TableMap(
    header,
    host,
    Float64Array.from(order, (index) => index * tableCover),
  );
}
