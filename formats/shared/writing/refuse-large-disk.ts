import { UsageError } from '../../../src/kit.ts';

/** Throws if a disk is larger than a format allows; `hint` says what to do instead. */
export function refuseLargeDisk(
  format: string,
  sizeBytes: number,
  maxBytes: number,
  hint: string,
): void {
  if (sizeBytes <= maxBytes) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `a ${format} file holds at most ${maxBytes} bytes; the disk has ${sizeBytes}`,
    hint,
    details: { field: 'to', value: format },
  });
}
