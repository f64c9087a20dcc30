import type { Validators } from './byte-range.ts';

/**
 * Where an earlier transfer of the same file stopped, so that another process can resume it, or another address can
 * continue it.
 */
export interface ResumePoint {
  /** Number of bytes that are already there; at least 1. */
  position: number;
  sizeBytes: number | undefined;
  /** The validators that this address gave for these bytes. */
  validators: Validators;
  /**
   * The bytes came from another address, and a digest verifies the whole file: only the length must match. Needs
   * `sizeBytes`.
   */
  judged?: boolean | undefined;
}

export interface BodyOptions {
  /** Required length of the file; throws `ERR_SIZE` as soon as it differs. */
  expectedBytes?: number | undefined;
  /** Plain http is permitted for this file, because its digest is known from another source. */
  allowPlain?: boolean | undefined;
  /** Aborts only this transfer; its reason is rethrown. */
  signal?: AbortSignal | undefined;
  /** Resume instead of starting; an answer that does not continue exactly is an error with `details.restart`. */
  resume?: ResumePoint | undefined;
  /** Request only this many bytes, because the others come through `part`; used only if parts are possible. */
  firstBytes?: number | undefined;
  /** Called for every answer from which bytes are taken: whether a mirror or plain http was on its way. */
  onHop?: ((hop: { mirrored: boolean; plain: boolean }) => void) | undefined;
}

/**
 * A running transfer whose first bytes have arrived. Read it, close it or abort; until then it occupies a connection.
 */
export interface Body {
  finalUrl: URL;
  mirrored: boolean;
  /** Length of the whole file, if the server states it. */
  sizeBytes: number | undefined;
  /** Strong validators only, for the conditions of later Range requests. */
  validators: Validators;
  /** End of `chunks`, exclusive, if `firstBytes` was used; otherwise `chunks` ends with the file. */
  endBytes?: number;
  /**
   * The bytes in order, once; from `resume.position` if given. A chunk is valid until the next one is requested. An
   * interrupted or stalled transfer is resumed if this certainly gives the same bytes; otherwise the error has
   * `details.restart`.
   */
  chunks: AsyncIterable<Uint8Array>;
  /**
   * True after `chunks` has received bytes by a Range request; only a digest of the whole file fully verifies these.
   */
  isContinued(): boolean;
  /**
   * The bytes of the same file from `start` to `end` (exclusive), in order, by separate requests. Absent if the
   * server gave no strong validator, states no length or does not support ranges.
   */
  part?: (start: number, end: number, signal?: AbortSignal) => AsyncIterable<Uint8Array>;
  close(): void;
}
