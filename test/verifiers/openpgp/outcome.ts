import { isImageError } from '../../../src/kit.ts';
import {
  type OpenpgpVerdict,
  readKeys,
  type SignerPolicy,
  verifyClearsigned,
  verifyDetached,
} from '../../../verifiers/openpgp/index.ts';
import { now } from './make/signature.ts';

/** The signed text where the content does not matter. */
export const document: Buffer = Buffer.from('sum  disk.img\nother  file\n');
export const policy: SignerPolicy = { now, name: 'SHA256SUMS' };

/** The verdict of a detached signature, or the reason of the error. */
export function tryDetached(
  signature: Uint8Array | string,
  keys: Uint8Array | string,
  more: Partial<SignerPolicy> & { document?: Uint8Array } = {},
): OpenpgpVerdict | string {
  const { document: signed = document, ...policies } = more;
  return orReason(() =>
    verifyDetached(signed, signature, readKeys(keys).keys, { ...policy, ...policies }),
  );
}

/** The same of a clearsigned document. */
export function tryClearsigned(
  text: Uint8Array | string,
  keys: Uint8Array | string,
  more: Partial<SignerPolicy> = {},
): (OpenpgpVerdict & { body: Uint8Array }) | string {
  return orReason(() => verifyClearsigned(text, readKeys(keys).keys, { ...policy, ...more }));
}

/** `valid`, or the reason. */
export function word(outcome: object | string): string {
  return typeof outcome === 'string' ? outcome : 'valid';
}

/** Codes of the warnings; the reason if there is no verdict. */
export function warningsOf(outcome: OpenpgpVerdict | string): string[] {
  return typeof outcome === 'string' ? [outcome] : outcome.warnings.map(({ code }) => code);
}

/** The thrown error, which must be a typed one. */
export function refusalOf(run: () => unknown): { message: string; hint: string; details: object } {
  try {
    run();
  } catch (error) {
    if (isImageError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function orReason<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    if (!isImageError(error)) throw error;
    return String(Reflect.get(error.details, 'reason') ?? error.code);
  }
}
