import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyBundle } from '../../../verifiers/sigstore/index.ts';
import { laterReasonOf } from '../../verifiers/refusal.ts';
import { samples } from '../read-samples.ts';

const read = (...path: string[]) => readFileSync(join(samples ?? '', ...path));
const policy = {
  identity: 'brian@dehamer.com',
  issuer: 'https://github.com/login/oauth',
  now: new Date('2026-11-20'),
  name: 'artifact.txt',
};

describe('a bundle of the public-good instance', () => {
  const artifact = read('signed', 'sigstore-blob', 'artifact.txt');
  const bundle = read('signed', 'sigstore-blob', 'bundle.sigstore.json');

  test.each([
    ['a given root', { trustedRoot: read('keys', 'sigstore-public-good.trusted_root.json') }],
    ['the root that the package ships', {}],
  ])('is valid under %s', async (_, root) => {
    const { signer, signedAt } = await verifyBundle(artifact, bundle, { ...policy, ...root });
    expect(signer.userId).toBe('brian@dehamer.com (https://github.com/login/oauth)');
    expect(signedAt).toEqual(new Date('2022-11-09T01:33:10Z'));
  });

  test('is refused with another artifact, signer or issuer', async () => {
    const reasonFor = (bytes: Uint8Array, more: object) =>
      laterReasonOf(verifyBundle(bytes, bundle, { ...policy, ...more }));
    expect(await reasonFor(artifact.subarray(1), {})).toBe('signature-bad');
    expect(await reasonFor(artifact, { identity: 'brian@dehamer.org' })).toBe('signer-unknown');
    expect(await reasonFor(artifact, { issuer: 'https://accounts.google.com' })).toBe(
      'signer-unknown',
    );
  });
});
