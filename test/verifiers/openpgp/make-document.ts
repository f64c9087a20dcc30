import type { KeyPair } from './make-key-pair.ts';
import { join } from './make-packet.ts';
import { makeSignature, type SignOptions } from './make-signature.ts';

export function makeArmor(
  label: string,
  bytes: Uint8Array,
  options: { headers?: string[]; checksum?: string; lineEnd?: string } = {},
): string {
  const { headers = [], checksum = '=abcd', lineEnd = '\n' } = options;
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [
    `-----BEGIN PGP ${label}-----`,
    ...headers,
    '',
    ...lines,
    ...(checksum === '' ? [] : [checksum]),
    `-----END PGP ${label}-----`,
    '',
  ].join(lineEnd);
}

/** A clearsigned document of `text`, whose lines are escaped and hashed as RFC 9580, 7 says. */
export function makeClearsigned(
  text: string,
  signers: KeyPair[],
  options: SignOptions & { headers?: string[]; lineEnd?: string } = {},
): string {
  const { headers = ['Hash: SHA256'], lineEnd = '\n', ...rest } = options;
  const lines = text.split('\n');
  const content = Buffer.from(lines.map((line) => line.replace(/[ \t]+$/, '')).join('\r\n'));
  const signatures = signers.map((key) => makeSignature(key, content, { type: 1, ...rest }));
  return [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    ...headers,
    '',
    ...lines.map((line) => (line.startsWith('-') ? `- ${line}` : line)),
    makeArmor('SIGNATURE', join(...signatures), { lineEnd }),
  ].join(lineEnd);
}
