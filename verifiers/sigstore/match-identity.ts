import { refuseSignature } from '../../src/kit.ts';

/** The required signer. */
export interface IdentityPolicy {
  /** The certificate's exact subject alternative name, or a regular expression from `^` to `$`. */
  identity: string;
  /** The exact name of the issuer that confirmed the identity. */
  issuer: string;
}

/** Throws `ERR_UNKNOWN_SIGNER` unless a certificate has the required identity and issuer. */
export function requireIdentity(
  signer: { identity: string; issuer: string },
  wanted: IdentityPolicy,
  name: string,
): void {
  const isWanted =
    matches(signer.identity, wanted.identity, name) && signer.issuer === wanted.issuer;
  if (isWanted) return;
  throw refuseSignature(
    'signer-unknown',
    `${name} is signed by ${signer.identity} (${signer.issuer}), who is not the demanded signer`,
    {
      signers: [signer.identity],
      known: [`${wanted.identity} (${wanted.issuer})`],
    },
  );
}

function matches(identity: string, wanted: string, name: string): boolean {
  if (!wanted.startsWith('^')) return identity === wanted;
  try {
    // In a group, so that each alternative must match the whole identity.
    const pattern = `^(?:${wanted.slice(1, -1)})$`;
    return wanted.endsWith('$') && new RegExp(pattern, 'u').test(identity);
  } catch (cause) {
    throw refuseSignature(
      'unsupported',
      `${name}: the pattern of the signer is not a regular expression: ${wanted}`,
      {
        cause,
      },
    );
  }
}
