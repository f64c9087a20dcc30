import type { FileRange } from './file-range.ts';

/** `bytes` is absent if the range reads as zeros. */
interface Update extends FileRange {
  bytes: Uint8Array | undefined;
}

/** The changes of a log to its file: updates that do not overlap, in the order of the file. */
export class LogOverlay {
  #updates: Update[] = [];

  /** End of the last update; 0 if there is none. */
  get end(): number {
    return this.#updates.at(-1)?.end ?? 0;
  }

  write(start: number, bytes: Uint8Array): void {
    this.#put({ start, end: start + bytes.length, bytes });
  }

  zero(start: number, length: number): void {
    if (length > 0) this.#put({ start, end: start + length, bytes: undefined });
  }

  touches(start: number, end: number): boolean {
    return (this.#updates[this.#firstBehind(start)]?.start ?? end) < end;
  }

  /** True when every byte of the range is in the log. */
  covers(start: number, end: number): boolean {
    let at = start;
    for (let i = this.#firstBehind(start); at < end; i += 1) {
      const update = this.#updates[i];
      if (update === undefined || update.start > at) return false;
      at = update.end;
    }
    return true;
  }

  /** Applies the updates to bytes of the file; `position` is the place where they were read. */
  apply(position: number, target: Uint8Array): void {
    const last = position + target.length;
    for (let i = this.#firstBehind(position); ; i += 1) {
      const update = this.#updates[i];
      if (update === undefined || update.start >= last) return;
      const start = Math.max(position, update.start);
      const end = Math.min(last, update.end);
      const bytes = update.bytes?.subarray(start - update.start, end - update.start);
      if (bytes === undefined) target.fill(0, start - position, end - position);
      else target.set(bytes, start - position);
    }
  }

  /** A later update replaces the overlapping part of earlier ones. */
  #put(update: Update): void {
    const first = this.#firstBehind(update.start);
    let behind = first;
    while ((this.#updates[behind]?.start ?? update.end) < update.end) behind += 1;
    const rest: Update[] = [];
    const before = this.#updates[first];
    if (before !== undefined && behind > first && before.start < update.start) {
      rest.push(cut(before, before.start, update.start));
    }
    rest.push(update);
    const after = this.#updates[behind - 1];
    if (after !== undefined && behind > first && after.end > update.end) {
      rest.push(cut(after, update.end, after.end));
    }
    this.#updates.splice(first, behind - first, ...rest);
  }

  /** The first update that ends after a place. */
  #firstBehind(position: number): number {
    let from = 0;
    let to = this.#updates.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#updates[middle]?.end ?? 0) <= position) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function cut(update: Update, start: number, end: number): Update {
  const bytes = update.bytes?.subarray(start - update.start, end - update.start);
  return { start, end, bytes };
}
