/**
 * The stored ranges of a sparse file, one after the other; the rest is zeros. Extents ascend and do not overlap: the
 * caller has checked that.
 */
export class ExtentMap {
  /** Bytes of the whole file. */
  readonly sizeBytes: number;
  /** Bytes that are stored. */
  storedBytes = 0;
  // Lists of numbers: a million extents are a valid file, and as objects they would need five times as much memory.
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];
  readonly #stored: number[] = [];

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  /** A file without holes. */
  static whole(sizeBytes: number): ExtentMap {
    const map = new ExtentMap(sizeBytes);
    map.add(0, sizeBytes);
    return map;
  }

  get count(): number {
    return this.#offsets.length;
  }

  /** Where the last extent ends in the file. */
  get end(): number {
    return (this.#offsets.at(-1) ?? 0) + (this.#lengths.at(-1) ?? 0);
  }

  add(offset: number, length: number): void {
    if (length === 0) return;
    this.#offsets.push(offset);
    this.#lengths.push(length);
    this.#stored.push(this.storedBytes);
    this.storedBytes += length;
  }

  /** The extent with that number: its place in the file, and its place in the stored bytes. */
  at(index: number): { offset: number; length: number; stored: number } | undefined {
    const offset = this.#offsets[index];
    if (offset === undefined) return undefined;
    return { offset, length: this.#lengths[index] ?? 0, stored: this.#stored[index] ?? 0 };
  }

  /** The first extent that ends after `position`; `count` if there is none. */
  find(position: number): number {
    return this.#first((i) => (this.#offsets[i] ?? 0) + (this.#lengths[i] ?? 0) > position);
  }

  /** How far the file can be read once this many stored bytes have arrived. */
  reach(storedReady: number): number {
    const next = this.at(
      this.#first((i) => (this.#stored[i] ?? 0) + (this.#lengths[i] ?? 0) > storedReady),
    );
    return next === undefined ? this.sizeBytes : next.offset + (storedReady - next.stored);
  }

  #first(matches: (index: number) => boolean): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (matches(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
