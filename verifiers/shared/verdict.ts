import { refuseSignature, type Signer, type Warning } from '../../src/kit.ts';

/** The allowed signers, and the current time. */
export interface SignerPolicy {
  /**
   * Fingerprints of keys or of single subkeys; for OpenPGP in upper or lower case, with or without blanks. Absent: any
   * given key.
   */
  signers?: readonly string[] | undefined;
  now: Date;
  /** The signed file, for messages. */
  name: string;
}

/** A valid signature. */
export interface Verdict {
  signer: Signer;
  signedAt?: Date;
  warnings: Warning[];
}

/** A detached signature that waits for the bytes that it covers. */
export interface DetachedCheck {
  /** The next bytes of the document; the caller must pass all of them, in order. */
  update(chunk: Uint8Array): void;
  /** The verdict after the last byte, once; `ERR_SIGNATURE` if signature and document do not agree. */
  finish(): Verdict;
}

/** How far the clocks of signer and verifier may differ. */
const clockSkewMs = 5 * 60 * 1000;

/** Throws for a signature that was made later than now. */
export function refuseFuture(
  signedAt: Date | undefined,
  signer: string,
  { now, name }: Pick<SignerPolicy, 'now' | 'name'>,
): void {
  if (signedAt === undefined || signedAt.getTime() <= now.getTime() + clockSkewMs) return;
  const at = signedAt.toISOString();
  throw refuseSignature('signed-in-future', `${name} is signed in the future: ${at}`, {
    signers: [signer],
    signedAt: at,
    hint: 'Correct the clock of this machine; if it is right, do not use the bytes.',
  });
}
