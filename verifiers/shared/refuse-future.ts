import { refuseSignature } from '../../src/kit.ts';
import type { SignerPolicy } from './key-ring.ts';

/** How far the clocks of signer and verifier may be apart. */
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
    hint: 'Set the clock of this machine; if it is right, do not use the bytes.',
  });
}
