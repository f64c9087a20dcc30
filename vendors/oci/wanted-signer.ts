import { type ImageRequest, UsageError } from '../../src/kit.ts';
import { readParameters } from '../shared/parameters.ts';

/** The required signer of an image, by the parameters of the call: a certificate's identity, or one of these keys. */
export type WantedSigner = { identity: string; issuer: string } | { keys: string[] };

/** `identity` and `issuer`, or `key`: fingerprints, joined by commas; `undefined` if none of them is given. */
export function readWantedSigner(request: ImageRequest): WantedSigner | undefined {
  const { identity, issuer, key } = readParameters(request, ['identity', 'issuer', 'key']);
  if (key !== undefined) {
    const keys = key.split(',').map((one) => one.trim().toUpperCase());
    const isWhole = keys.every((one) => /^[0-9A-F]{64}$/.test(one));
    if (isWhole && identity === undefined && issuer === undefined) return { keys };
    throw unusable(
      'key',
      'a key is the 64 hex digits of its sha256 (DER), and cannot be combined with an identity',
    );
  }
  if (identity !== undefined && issuer !== undefined) return { identity, issuer };
  if (identity === undefined && issuer === undefined) return undefined;
  const field = identity === undefined ? 'identity' : 'issuer';
  throw unusable(field, 'an identity needs its issuer, and an issuer its identity');
}

function unusable(field: string, message: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `oci: ${message}`,
    hint: 'Give the parameters identity=… and issuer=…, or key=… and the key itself (--key FILE, or the option keys).',
    details: { field },
  });
}
