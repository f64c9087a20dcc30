import type { FileHandle } from 'node:fs/promises';
import type { GrowingFile } from '../bytes/growing-file.ts';
import type { Staging } from '../cache/staging.ts';
import type { Artifact } from '../contracts/vendor.ts';
import type { Call } from '../line/call.ts';
import type { BodyWay } from '../line/trust/by-way.ts';
import type { EarlyRanges } from './early-ranges.ts';
import type { ReadyGate } from './ready-gate.ts';

/** One download: what is fetched, and where its bytes are written. */
export interface TransferJob {
  call: Call;
  artifact: Artifact;
  expectedBytes: number | undefined;
  /** True if a digest, a signature or the hashes of its pieces verify the whole file. */
  judged: boolean;
  staging: Staging;
  handle: FileHandle;
  file: GrowingFile;
  gate: ReadyGate;
  early: EarlyRanges;
  /** How the bytes so far came; each answer adds to it. */
  way: BodyWay;
  /** Aborts with the call, or at the end of this download. */
  signal: AbortSignal;
}
