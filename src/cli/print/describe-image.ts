import type { GuestFacts, ImageTrust, Signer } from '../../core.ts';

/** `signed by D2EB…7C81 on 2026-07-25`, `checksum`, `pinned (digest given)` */
export function describeTrust({ level, pinned, signer, signedAt }: ImageTrust): string {
  const by = signer === undefined ? '' : ` by ${describeSigner(signer)}`;
  const when = signedAt === undefined ? '' : ` on ${signedAt.toISOString().slice(0, 10)}`;
  return `${level}${by}${when}${pinned ? ', digest given' : ''}`;
}

/** `D2EB…7C81 (UEC Image Automatic Signing Key)` */
export function describeSigner({ fingerprint, userId }: Signer): string {
  return userId === undefined ? fingerprint : `${fingerprint} (${userId})`;
}

/** `user ubuntu, seed nocloud, ssh, bios or uefi, supported until 2029-05-31` */
export function describeGuest({ user, seed, ssh, firmware, eol }: GuestFacts): string {
  const facts = [
    user === undefined ? undefined : `user ${user}`,
    seed === undefined ? undefined : `seed ${seed}`,
    ssh === undefined ? undefined : ssh ? 'ssh' : 'no ssh',
    firmware === undefined || firmware.length === 0 ? undefined : firmware.join(' or '),
    eol === undefined ? undefined : `supported until ${eol}`,
  ];
  return facts.filter((fact) => fact !== undefined).join(', ') || 'nothing is known';
}
