/**
 * Ranges that hold data, `[offset, length]` in bytes: ascending, not overlapping. Bytes outside them read as zeros.
 */
export type Extents = readonly (readonly [offset: number, length: number])[];

/** Written data is recorded in units of this many bytes. */
export const unitBytes: number = 64 * 1024;
const unitsPerPage = 1 << 16;

/** Records which parts of a disk were written, in units of 64 KiB: one bit each, 4 MiB for a disk of 2 TiB. */
export class DataMap {
  readonly #pages = new Map<number, Uint8Array>();

  add(position: number, length: number): void {
    const last = Math.floor((position + length - 1) / unitBytes);
    for (let unit = Math.floor(position / unitBytes); unit <= last; unit += 1) {
      const page = this.#page(Math.floor(unit / unitsPerPage));
      const bit = unit % unitsPerPage;
      page[bit >> 3] = (page[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }

  /** True if any unit of the range was written. */
  touches(position: number, length: number): boolean {
    const last = Math.floor((position + length - 1) / unitBytes);
    for (let unit = Math.floor(position / unitBytes); unit <= last; unit += 1) {
      if (this.#has(unit)) return true;
    }
    return false;
  }

  /** The written ranges, cut at `sizeBytes`. */
  extents(sizeBytes: number): Extents {
    const extents: [offset: number, length: number][] = [];
    for (const index of [...this.#pages.keys()].sort((a, b) => a - b)) {
      for (let bit = 0; bit < unitsPerPage; bit += 1) {
        const unit = index * unitsPerPage + bit;
        if (!this.#has(unit)) continue;
        const start = unit * unitBytes;
        const length = Math.min(unitBytes, sizeBytes - start);
        const previous = extents.at(-1);
        if (previous !== undefined && previous[0] + previous[1] === start) previous[1] += length;
        else if (length > 0) extents.push([start, length]);
      }
    }
    return extents;
  }

  #has(unit: number): boolean {
    const page = this.#pages.get(Math.floor(unit / unitsPerPage));
    const bit = unit % unitsPerPage;
    return page !== undefined && ((page[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  #page(index: number): Uint8Array {
    const known = this.#pages.get(index);
    if (known !== undefined) return known;
    const page = new Uint8Array(unitsPerPage / 8);
    this.#pages.set(index, page);
    return page;
  }
}
