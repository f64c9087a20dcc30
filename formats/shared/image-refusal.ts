import { type DecodeDetails, type DefectReason, refuse } from '../../src/kit.ts';

/** Makes the typed error of one image format. */
export type ImageRefusal = (
  reason: DefectReason,
  message: string,
  more?: Omit<DecodeDetails, 'reason'> & { hint?: string; cause?: unknown },
) => Error;

/** Errors whose details name `format`. */
export function refusalFor(format: string): ImageRefusal {
  return (reason, message, more = {}) => refuse(reason, message, { format, ...more });
}
