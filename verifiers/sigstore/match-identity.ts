import { refuseSignature } from '../../src/kit.ts';

/** Who has to have signed. */
export interface IdentityPolicy {
  /** The certificate's subject alternative name to the letter, or a regular expression from `^` to `$`. Absent: anybody. */
  identity?: string | undefined;
  /** Who vouched for the identity, to the letter. Absent: anybody. */
  issuer?: string | undefined;
}

/** Throws `ERR_UNKNOWN_SIGNER` unless a certificate's identity and issuer are the wanted ones. */
export function requireIdentity(
  signer: { identity: string; issuer: string },
  wanted: IdentityPolicy,
  name: string,
): void {
  const isWanted =
    (wanted.identity === undefined || matches(signer.identity, wanted.identity, name)) &&
    (wanted.issuer === undefined || signer.issuer === wanted.issuer);
  if (isWanted) return;
  throw refuseSignature(
    'signer-unknown',
    `${name} is signed by ${signer.identity} (${signer.issuer}), who is not its signer`,
    {
      signers: [signer.identity],
      known: [`${wanted.identity ?? 'anybody'} (${wanted.issuer ?? 'any issuer'})`],
    },
  );
}

function matches(identity: string, wanted: string, name: string): boolean {
  if (!wanted.startsWith('^')) return identity === wanted;
  try {
    return wanted.endsWith('$') && new RegExp(wanted, 'u').test(identity);
  } catch (cause) {
    throw refuseSignature(
      'unsupported',
      `${name}: the signer's pattern cannot be read: ${wanted}`,
      {
        cause,
      },
    );
  }
}
