import type { Validators } from './byte-range.ts';

/** Where an earlier transfer of the same file stopped, so that it can be continued by another process or elsewhere. */
export interface ResumePoint {
  /** Bytes that are there already; at least 1. */
  position: number;
  sizeBytes: number | undefined;
  /** What this address gave for the bytes that are there. */
  validators: Validators;
  /**
   * The bytes came from another address, and a digest decides over the whole: only the length must agree. Needs
   * `sizeBytes`.
   */
  judged?: boolean | undefined;
}

export interface BodyOptions {
  /** What the file must measure; a disagreement is `ERR_SIZE`, as early as it shows. */
  expectedBytes?: number | undefined;
  /** Plain http is fine for this file: its digest is known from elsewhere. */
  allowPlain?: boolean | undefined;
  /** Stops this transfer alone; its reason is rethrown. */
  signal?: AbortSignal | undefined;
  /** Continue instead of starting; an answer that does not continue exactly is an error with `details.restart`. */
  resume?: ResumePoint | undefined;
  /** Ask for no more than so many bytes, because the others come as `part`; heeded where parts can be had. */
  firstBytes?: number | undefined;
  /** Told of every answer that bytes are taken from: whether a mirror or plain http was on its way. */
  onHop?: ((hop: { mirrored: boolean; plain: boolean }) => void) | undefined;
}

/** A file on its way: its first bytes have arrived. Read it, close it or abort; until then it holds a connection. */
export interface Body {
  finalUrl: URL;
  mirrored: boolean;
  /** Length of the whole file, where the server says. */
  sizeBytes: number | undefined;
  /** Strong validators only: what a later Range request may be conditioned on. */
  validators: Validators;
  /** Where `chunks` ends, exclusive, when `firstBytes` was heeded; otherwise it ends with the file. */
  endBytes?: number;
  /**
   * The bytes in order, once; from `resume.position` where given. A chunk is good until the next one is asked for. A cut or stalled transfer is continued where that is
   * certain to give the same bytes; where it is not, the error has `details.restart`.
   */
  chunks: AsyncIterable<Uint8Array>;
  /** True once `chunks` has brought bytes by a Range request, which only a digest of the whole can vouch for fully. */
  isContinued(): boolean;
  /**
   * The bytes of the same file from `start` up to `end` (exclusive), in order, by requests of their own. Absent where
   * the server gave no strong validator, does not tell the length or takes no ranges.
   */
  part?: (start: number, end: number, signal?: AbortSignal) => AsyncIterable<Uint8Array>;
  close(): void;
}
