/** Bytes of one entry of a `PieceList`. */
export const pieceListEntryBytes = 20;

/** Standard clusters that are adjacent in the file and on the disk become one piece up to this size. */
const maxPieceBytes = 1024 * 1024;

/**
 * Places of data: in the file, on the disk, and the length. A positive length is the number of bytes to copy; a
 * negative one is the maximum number of bytes of a compressed cluster. Stored in columns, because an image may have
 * millions.
 */
export class PieceList {
  host: Float64Array;
  guest: Float64Array;
  length: Int32Array;
  count = 0;

  constructor(capacity = 64) {
    this.host = new Float64Array(capacity);
    this.guest = new Float64Array(capacity);
    this.length = new Int32Array(capacity);
  }

  hostAt(index: number): number {
    return this.host[index] ?? Number.POSITIVE_INFINITY;
  }

  guestAt(index: number): number {
    return this.guest[index] ?? Number.POSITIVE_INFINITY;
  }

  lengthAt(index: number): number {
    return this.length[index] ?? 0;
  }

  /** Adds a piece, or extends the last one if this one continues it. */
  extend(host: number, guest: number, length: number): void {
    const last = this.count - 1;
    const lastLength = this.lengthAt(last);
    if (
      length > 0 &&
      lastLength > 0 &&
      lastLength + length <= maxPieceBytes &&
      this.hostAt(last) + lastLength === host &&
      this.guestAt(last) + lastLength === guest
    ) {
      this.length[last] = lastLength + length;
    } else {
      this.push(host, guest, length);
    }
  }

  push(host: number, guest: number, length: number): void {
    if (this.count === this.host.length) this.#grow();
    this.host[this.count] = host;
    this.guest[this.count] = guest;
    this.length[this.count] = length;
    this.count += 1;
  }

  pushFrom(list: PieceList, index: number): void {
    this.push(list.hostAt(index), list.guestAt(index), list.lengthAt(index));
  }

  /** A list in the order of the file; this list if it already has that order. */
  byHost(): PieceList {
    let ascending = true;
    for (let i = 1; i < this.count && ascending; i += 1) {
      ascending = this.hostAt(i - 1) <= this.hostAt(i);
    }
    if (ascending) return this;
    const order = new Uint32Array(this.count);
    for (let i = 0; i < order.length; i += 1) order[i] = i;
    order.sort((a, b) => this.hostAt(a) - this.hostAt(b));
    const sorted = new PieceList(this.count);
    for (const index of order) sorted.pushFrom(this, index);
    return sorted;
  }

  /** The first index whose place in the file is not below `host`, for a list in the order of the file. */
  lowerBound(host: number): number {
    let from = 0;
    let to = this.count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.hostAt(middle) < host) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #grow(): void {
    const capacity = Math.max(64, this.host.length * 2);
    const host = new Float64Array(capacity);
    const guest = new Float64Array(capacity);
    const length = new Int32Array(capacity);
    host.set(this.host);
    guest.set(this.guest);
    length.set(this.length);
    this.host = host;
    this.guest = guest;
    this.length = length;
  }
}
