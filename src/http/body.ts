import type { Validators } from './byte-range.ts';

/** Where an earlier transfer of the same address stopped, so that it can be continued by another process. */
export interface ResumePoint {
  /** Bytes that are there already; at least 1. */
  position: number;
  sizeBytes: number | undefined;
  validators: Validators;
}

export interface BodyOptions {
  /** Other addresses of the same file, asked in this order when the one before cannot be had. */
  mirrorsOf?: URL[] | undefined;
  /** What the file must measure; a disagreement is `ERR_SIZE`, as early as it shows. */
  expectedBytes?: number | undefined;
  /** Plain http is fine for this file: its digest is known from elsewhere. */
  allowPlain?: boolean | undefined;
  /** Stops this transfer alone; its reason is rethrown. */
  signal?: AbortSignal | undefined;
  /** Continue instead of starting; an answer that does not continue exactly is an error with `details.restart`. */
  resume?: ResumePoint | undefined;
}

/** A file on its way: its first bytes have arrived. Read it, close it or abort; until then it holds a connection. */
export interface Body {
  finalUrl: URL;
  mirrored: boolean;
  /** Length of the whole file, where the server says. */
  sizeBytes: number | undefined;
  /** Strong validators only: what a later Range request may be conditioned on. */
  validators: Validators;
  /**
   * The bytes in order, once; from `resume.position` where given. A cut or stalled transfer is continued where that is
   * certain to give the same bytes; where it is not, the error has `details.restart`.
   */
  chunks: AsyncIterable<Uint8Array>;
  close(): void;
}
