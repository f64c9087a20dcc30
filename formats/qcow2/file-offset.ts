import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';

/**
 * A 64-bit offset as a number, checked to be valid: `length` bytes from there are inside the file, if its size is
 * known. `at` is where the offset was read.
 */
export function fileOffset(
  offset: bigint,
  length: number,
  what: string,
  at: number,
  sizeBytes: number | undefined,
): number {
  const end = offset + BigInt(length);
  if (end > BigInt(sizeBytes ?? Number.MAX_SAFE_INTEGER)) {
    throw refuseQcow2('truncated', `${what} lies past the end of the file`, {
      offset: at,
      value: String(offset),
    });
  }
  return Number(offset);
}

/** The error for an invalid qcow2 image. */
export const refuseQcow2: ImageRefusal = refusalFor('qcow2');
