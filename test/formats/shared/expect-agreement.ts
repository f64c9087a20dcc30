import type { SpawnSyncReturns } from 'node:child_process';
import { expect } from 'vitest';
import type { Codec, DefectReason } from '../../../src/kit.ts';
import { decodeAll, refusalOf, sha256 } from './decoding.ts';

/**
 * Either both refuse a file or both read the same; `label` says which file it is. Where it is refused here for `alone`, the
 * command may do as it likes.
 */
export async function expectAgreement(
  codec: Codec,
  bytes: Uint8Array,
  theirs: SpawnSyncReturns<Buffer>,
  label: string,
  alone?: DefectReason,
): Promise<void> {
  const ours = await decodeAll(codec, bytes).catch((error) => refusalOf(Promise.reject(error)));
  if (ours === alone) return;
  if (typeof ours === 'string') expect(theirs.status, `${label}: ${ours}`).not.toBe(0);
  else expect([theirs.status, sha256(theirs.stdout)], label).toEqual([0, ours.sha256]);
}
