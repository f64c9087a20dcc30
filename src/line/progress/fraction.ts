import type { ArtifactRole } from '../../contracts/vendor.ts';

/** One file of a call and its progress; totals are absent while unknown. */
interface Share {
  totalBytes: number | undefined;
  fetched: number;
  /** From 0 to 1; 0 while the decoder cannot tell. */
  decoded: number;
  ended: boolean;
}

/** For a file that is fetched and decoded in parallel; the rest is for the checks at its end. */
const parts = { fetch: 0.9, decode: 0.09 };

/** The completed part of a call, by the bytes of all its files. It never decreases, and stays below 1. */
export class Fraction {
  readonly #files = new Map<ArtifactRole, Share>();
  #current: ArtifactRole | undefined;
  #value: number | undefined;

  /** Absent until the length of every file is known. */
  get value(): number | undefined {
    return this.#value;
  }

  /** The files that the call will make. */
  expect(files: readonly { role: ArtifactRole; totalBytes: number | undefined }[]): void {
    for (const { role, totalBytes } of files) {
      this.#files.set(role, { totalBytes, fetched: 0, decoded: 0, ended: false });
    }
    this.#count();
  }

  /** Goes on to the next file; the earlier ones are ready. */
  begin(role: ArtifactRole): void {
    if (this.#current !== undefined && this.#current !== role) {
      this.#change(this.#current, { ended: true });
    }
    this.#current = role;
  }

  fetch(bytes: number, totalBytes: number | undefined): void {
    const known = totalBytes === undefined ? {} : { totalBytes };
    this.#change(this.#current, { fetched: bytes, ...known });
  }

  decode(bytes: number, virtualSize: number | undefined): void {
    if (virtualSize === undefined) return;
    this.#change(this.#current, { decoded: virtualSize === 0 ? 1 : bytes / virtualSize });
  }

  #change(role: ArtifactRole | undefined, change: Partial<Share>): void {
    const share = role && this.#files.get(role);
    if (role === undefined || share === undefined) return;
    this.#files.set(role, { ...share, ...change });
    this.#count();
  }

  #count(): void {
    let [done, total] = [0, 0];
    for (const share of this.#files.values()) {
      const { totalBytes, ended } = share;
      // A cached file may never state its length: it takes no time.
      if (totalBytes === undefined && !ended) return;
      total += totalBytes ?? 0;
      done += (totalBytes ?? 0) * doneOf(share);
    }
    if (total > 0) this.#value = Math.max(this.#value ?? 0, done / total);
  }
}

function doneOf({ totalBytes = 0, fetched, decoded, ended }: Share): number {
  const most = parts.fetch + parts.decode;
  if (ended) return most;
  const part = totalBytes === 0 ? 1 : Math.min(1, fetched / totalBytes);
  return parts.fetch * part + parts.decode * Math.min(1, decoded);
}
