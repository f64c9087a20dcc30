import { expect, test } from 'vitest';
import { makeSignatureSeeds } from '../../fuzz/signature-seeds.ts';
import { trySignature } from '../../fuzz/try-signature.ts';
import { createRandom } from './random.ts';

test('changed signatures, keys and documents are refused or mean the same', () => {
  const seeds = makeSignatureSeeds();
  const outcomes = new Set<string>();
  for (let number = 0; number < 3000; number += 1) {
    outcomes.add(trySignature(seeds, number, createRandom(number)));
  }
  for (const outcome of ['harmless', 'signature-bad', 'malformed', 'signer-unknown']) {
    expect(outcomes).toContain(outcome);
  }
});
