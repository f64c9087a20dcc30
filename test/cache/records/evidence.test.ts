import { expect, test } from 'vitest';
import { parseEvidence, proofsOf, storeEvidence } from '../../../src/cache/records/evidence.ts';
import type { Proof } from '../../../src/contracts/proof.ts';

const address = (path: string) => new URL(path, 'https://images.example/');
const proof: Proof = {
  kind: 'checksums',
  url: address('SHA256SUMS'),
  signature: {
    form: 'openpgp',
    at: address('SHA256SUMS.gpg'),
    signers: ['AB'],
    keys: [
      { fingerprint: 'AB', key: async () => 'the armored key' },
      { fingerprint: 'CD', urls: [new URL('https://keys.example/cd.asc')] },
    ],
  },
};

test('proofs are read back as written: addresses are addresses, keys are loaded', async () => {
  const artifact = { url: `${address('a.img')}`, fileName: 'a.img', proofs: [proof] };
  const stored = await storeEvidence(artifact, { keys: [], replace: false }, []);
  const [found] = proofsOf(parseEvidence(JSON.stringify(stored)));
  expect(found).toMatchObject({
    url: address('SHA256SUMS'),
    signature: {
      at: address('SHA256SUMS.gpg'),
      keys: [{ key: 'the armored key' }, { urls: [new URL('https://keys.example/cd.asc')] }],
    },
  });
  if (found?.kind !== 'checksums' || found.signature?.form !== 'openpgp') throw new Error('lost');
  for (const one of [found.url, found.signature.at, ...(found.signature.keys[1]?.urls ?? [])]) {
    expect(one).toBeInstanceOf(URL);
  }
});
