import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import { checkVerifier, createOpenpgpSigner } from '../../src/testing/index.ts';
import { checksums } from '../../verifiers/checksums.ts';
import { digest } from '../../verifiers/digest.ts';
import { signature } from '../../verifiers/signature.ts';
import { tls } from '../../verifiers/tls.ts';

const site = 'https://images.example/';
const url = `${site}demo.qcow2`;
const image = new Uint8Array(5000).fill(7);
const sum = createHash('sha256').update(image).digest('hex');
const sha256 = `sha256:${sum}` as const;
const signer = createOpenpgpSigner();
const signedAt = new Date('2026-11-01T00:00:00Z');
const list = `${sum}  demo.qcow2\n`;
const address = (name: string) => new URL(name, site);
const openpgp = (name: string) => ({
  form: 'openpgp' as const,
  at: address(name),
  signers: [signer.fingerprint],
  keys: [{ fingerprint: signer.fingerprint, key: signer.publicKey }],
});

const suites = {
  digest: checkVerifier(digest, {
    url,
    proof: { kind: 'digest', digest: sha256, from: 'the index' },
    level: 'checksum',
    digests: [sha256],
  }),
  tls: checkVerifier(tls, { url, proof: { kind: 'tls', reason: 'nothing else' }, level: 'tls' }),
  checksums: checkVerifier(checksums, [
    {
      name: 'plain',
      url,
      documents: { [`${site}SHA256SUMS`]: list },
      proof: { kind: 'checksums', url: address('SHA256SUMS') },
      level: 'checksum',
      digests: [sha256],
    },
    {
      name: 'signed',
      url,
      documents: {
        [`${site}SHA256SUMS`]: list,
        [`${site}SHA256SUMS.gpg`]: signer.signDetached(Buffer.from(list), signedAt),
      },
      proof: {
        kind: 'checksums',
        url: address('SHA256SUMS'),
        signature: openpgp('SHA256SUMS.gpg'),
      },
      level: 'signed',
      digests: [sha256],
    },
  ]),
  signature: checkVerifier(signature, {
    url,
    documents: { [`${url}.sig`]: signer.signDetached(image, signedAt) },
    proof: { kind: 'signature', signature: openpgp('demo.qcow2.sig') },
    level: 'signed',
    image,
  }),
};

describe.each(Object.entries(suites))('%s', (_, cases) => {
  for (const { title, run } of cases) it(title, run);
});
