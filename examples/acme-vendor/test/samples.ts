import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { FormatSample, VendorSample, VerifierSample } from 'rootdisk/testing';
import { signedText } from '../src/receipts.ts';

const site = 'https://images.acme.example/';
/** The secret key of RFC 8032 (7.1, test 1) in PKCS#8. It is public, so it can protect only an example. */
const privateKey = createPrivateKey({
  key: Buffer.from(
    '302e020100300506032b657004220420' +
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'hex',
  ),
  format: 'der',
  type: 'pkcs8',
});

/** Its public half, in the form for `createAcmeOs`. */
export const testKey: string = createPublicKey(privateKey)
  .export({ format: 'der', type: 'spki' })
  .toString('base64');

/** A disk of 1 MiB with a partition table, which the core requires in a raw disk. */
export const content: Uint8Array = makeDisk();
export const image: Uint8Array = encodeAcmez(content);
export const digest: `sha256:${string}` = `sha256:${sha256(image)}`;

const build = {
  release: '3',
  codename: 'anvil',
  build: '20260901',
  arch: 'amd64',
  variant: 'server',
  file: 'acme-3-amd64.acmez',
  size: image.length,
};

export const documents: Record<string, string> = {
  [`${site}index.json`]: JSON.stringify([build, { ...build, arch: 'arm64' }]),
  [`${site}acme-3-amd64.acmez.receipt`]: makeReceipt(build.file),
};

export const vendorSample: VendorSample = { documents, formats: ['acmez'] };

export const formatSample: FormatSample = { bytes: image, content };

export const verifierSample: VerifierSample<'acme-receipt'> = {
  url: `${site}acme-3-amd64.acmez`,
  documents,
  proof: {
    kind: 'acme-receipt',
    receipt: new URL('acme-3-amd64.acmez.receipt', site),
    publicKey: testKey,
  },
  level: 'signed',
  digests: [digest],
};

function makeReceipt(file: string): string {
  const signature = sign(null, signedText(file, digest), privateKey).toString('base64');
  return JSON.stringify({ file, sha256: digest, signature });
}

function makeDisk(): Uint8Array {
  const bytes = new Uint8Array(1024 * 1024);
  bytes[450] = 0x83;
  bytes[454] = 1;
  bytes[458] = 8;
  bytes.set([0x55, 0xaa], 510);
  bytes.fill(0x41, 4096, 9000);
  return bytes;
}

/** The encoder for the format. */
export function encodeAcmez(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('ACMEZ1\n')];
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    let end = at + 1;
    while (end < bytes.length && bytes[end] === byte) end += 1;
    parts.push(record(end - at, Uint8Array.of(byte)));
    at = end;
  }
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(bytes));
  return Buffer.concat([...parts, record(0, crc)]);
}

function record(length: number, rest: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return Buffer.concat([bytes, rest]);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
