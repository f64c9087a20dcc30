import type { FileHandle } from 'node:fs/promises';
import type { GrowingFile } from '../bytes/growing-file.ts';
import type { Staging } from '../cache/staging.ts';
import type { Artifact } from '../contracts/vendor.ts';
import type { Call } from '../line/call.ts';
import type { BodyWay } from '../line/trust/by-way.ts';
import type { EarlyRanges } from './early-ranges.ts';
import type { ReadyGate } from './ready-gate.ts';

/** One download: what is fetched, and where its bytes go. */
export interface TransferJob {
  call: Call;
  artifact: Artifact;
  expectedBytes: number | undefined;
  /** Something decides over the whole: a digest, a signature, the hashes of its pieces. */
  judged: boolean;
  staging: Staging;
  handle: FileHandle;
  file: GrowingFile;
  gate: ReadyGate;
  early: EarlyRanges;
  /** How the bytes that are there came; it grows with every answer. */
  way: BodyWay;
  /** The call's own, or the end of this download. */
  signal: AbortSignal;
}
