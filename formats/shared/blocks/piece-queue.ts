import { refuse } from '../../../src/kit.ts';
import { PieceList, pieceListEntryBytes } from './piece-list.ts';

interface Run {
  list: PieceList;
  next: number;
  /** Index after the last valid piece of the list. */
  end: number;
}

/** A piece taken from a `PieceQueue`; see `PieceList` for the sign of `length`. */
export interface Piece {
  host: number;
  guest: number;
  length: number;
}

/**
 * Pieces that are still to be copied, lowest place in the file first. The size is limited: if there are too many, those
 * from `horizon` on are dropped, and the caller adds them again when it reaches the horizon.
 */
export class PieceQueue {
  readonly #maxPieces: number;
  readonly #format: string;
  #runs: Run[] = [];
  #horizon = Number.POSITIVE_INFINITY;

  /** `maxBytes`: memory for the queue; `format`: the format in error messages. */
  constructor(maxBytes: number, format: string) {
    this.#format = format;
    // Half of it, because a merge holds everything twice.
    this.#maxPieces = Math.max(1024, Math.floor(maxBytes / 2 / pieceListEntryBytes));
  }

  /** The queue holds no pieces from this place in the file on; infinite while none was dropped. */
  get horizon(): number {
    return this.#horizon;
  }

  /** The next piece; `undefined` when there is none below the horizon. */
  peek(): Piece | undefined {
    const run = this.#lowest();
    if (run === undefined) return undefined;
    const { list, next } = run;
    return { host: list.hostAt(next), guest: list.guestAt(next), length: list.lengthAt(next) };
  }

  /** Removes the piece that `peek` shows. */
  skip(): void {
    const run = this.#lowest();
    if (run !== undefined) run.next += 1;
  }

  /** Adds those pieces that are at `from` or after it in the file. */
  add(pieces: PieceList, from = 0): void {
    const list = pieces.byHost();
    const next = list.lowerBound(from);
    const end = list.lowerBound(this.#horizon);
    this.#runs = this.#runs.filter((run) => left(run) > 0);
    if (next < end) this.#runs.push({ list, next, end });
    this.#mergeWhile((last, before) => before <= 2 * last);
    if (this.#total() > this.#maxPieces) this.#forget();
  }

  /** Moves the horizon forward; the caller must then `add` the pieces from the returned place on. */
  passHorizon(): number {
    const horizon = this.#horizon;
    this.#horizon = Number.POSITIVE_INFINITY;
    return horizon;
  }

  #total(): number {
    return this.#runs.reduce((sum, run) => sum + left(run), 0);
  }

  #lowest(): Run | undefined {
    let lowest: Run | undefined;
    let host = Number.POSITIVE_INFINITY;
    for (const run of this.#runs) {
      if (left(run) === 0 || run.list.hostAt(run.next) >= host) continue;
      lowest = run;
      host = run.list.hostAt(run.next);
    }
    return lowest;
  }

  /** Keeps the number of runs logarithmic. */
  #mergeWhile(wanted: (last: number, before: number) => boolean): void {
    for (;;) {
      const last = this.#runs.at(-1);
      const before = this.#runs.at(-2);
      if (last === undefined || before === undefined || !wanted(left(last), left(before))) return;
      this.#runs.splice(-2, 2, merge(before, last));
    }
  }

  #forget(): void {
    this.#mergeWhile(() => true);
    const run = this.#runs[0];
    if (run === undefined) return;
    const { list, next } = run;
    // A horizon is between places in the file: pieces of one place stay together.
    const horizon = list.hostAt(next + Math.floor(this.#maxPieces / 2));
    const end = list.lowerBound(horizon);
    if (end <= next) {
      const limit = Math.floor(this.#maxPieces / 2);
      throw refuse('limit', 'too much of the disk shares one place in the file', {
        format: this.#format,
        offset: horizon,
        limit,
      });
    }
    const kept = new PieceList(end - next);
    for (let i = next; i < end; i += 1) kept.pushFrom(list, i);
    this.#runs = [{ list: kept, next: 0, end: kept.count }];
    this.#horizon = horizon;
  }
}

function left(run: Run): number {
  return run.end - run.next;
}

function merge(a: Run, b: Run): Run {
  const list = new PieceList(left(a) + left(b));
  let i = a.next;
  let j = b.next;
  while (i < a.end || j < b.end) {
    const fromA = j === b.end || (i < a.end && a.list.hostAt(i) <= b.list.hostAt(j));
    if (fromA) {
      list.pushFrom(a.list, i);
      i += 1;
    } else {
      list.pushFrom(b.list, j);
      j += 1;
    }
  }
  return { list, next: 0, end: list.count };
}
