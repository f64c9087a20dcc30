import type { KeyPair } from './key-pair.ts';
import { join } from './packet.ts';
import { makeSignature, type SignOptions } from './signature.ts';

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
    ...(checksum === '' ? [] : [checksum === 'right' ? makeChecksum(bytes) : checksum]),
    `-----END PGP ${label}-----`,
    '',
  ].join(lineEnd);
}

/** CRC-24 (RFC 9580, 6.1.1), which only old programs check. */
function makeChecksum(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x800000 ? (crc << 1) ^ 0x1864cfb : crc << 1;
  }
  const value = Buffer.from([crc >> 16, crc >> 8, crc]);
  return `=${value.toString('base64')}`;
}

/** A clearsigned document of `text`, whose lines are escaped and hashed as in RFC 9580, 7. */
export function makeClearsigned(
  text: string,
  signers: KeyPair[],
  options: SignOptions & { headers?: string[]; checksum?: string; lineEnd?: string } = {},
): string {
  const { headers = ['Hash: SHA256'], checksum = '=abcd', lineEnd = '\n', ...rest } = options;
  const lines = text.split('\n');
  const content = Buffer.from(lines.map((line) => line.replace(/[ \t]+$/, '')).join('\r\n'));
  const signatures = signers.map((key) => makeSignature(key, content, { type: 1, ...rest }));
  return [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    ...headers,
    '',
    ...lines.map((line) => (line.startsWith('-') ? `- ${line}` : line)),
    makeArmor('SIGNATURE', join(...signatures), { checksum, lineEnd }),
  ].join(lineEnd);
}
