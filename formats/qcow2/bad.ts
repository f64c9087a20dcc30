import { type DecodeDetails, type DefectReason, refuse } from '../../src/kit.ts';

/** The refusal of a qcow2 image. */
export function bad(
  reason: DefectReason,
  message: string,
  more: Omit<DecodeDetails, 'reason'> & { hint?: string; cause?: unknown } = {},
): Error {
  return refuse(reason, message, { format: 'qcow2', ...more });
}
