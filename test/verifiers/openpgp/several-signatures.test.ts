import { describe, expect, test } from 'vitest';
import { readKeys, verifyDetached } from '../../../verifiers/openpgp/index.ts';
import { flags, makeDirectSignature, makeKey, makeSelfSignature } from './make/key.ts';
import { born, makeKeyPair } from './make/key-pair.ts';
import { join, makePacket, makeSubpacket, sub } from './make/packet.ts';
import { makeSignature, signedAt } from './make/signature.ts';
import { document, policy, refusalOf, tryDetached, warningsOf, word } from './outcome.ts';

const [one, two, old, gone, stranger] = [0, 1, 2, 3, 4].map(() => makeKeyPair());
if (!one || !two || !old || !gone || !stranger) throw new Error('no keys');
const rsa = makeKeyPair('rsa');
const expired = makeSelfSignature(old, 'a', {
  hashed: [sub.flags(flags.both), sub.keyExpiresAfter(1)],
});
const keys = join(
  makeKey(one),
  makeKey(two),
  makeKey(old, { userId: 'a', self: expired }),
  makeKey(gone, { direct: [makeDirectSignature(gone, { type: 0x20 })] }),
  makeKey(rsa),
);
const good = makeSignature(one, document);
const bad = makeSignature(two, Buffer.from('something else'));

test('all signers are reported, in order', () => {
  const signature = join(makeSignature(two, document), good);
  const verdict = tryDetached(signature, keys);
  expect(verdict).toMatchObject({
    signer: { fingerprint: two.fingerprint },
    signers: [{ fingerprint: two.fingerprint }, { fingerprint: one.fingerprint }],
    warnings: [],
  });
});

describe('beside a good signature', () => {
  test.each([
    ['an unknown signer', makeSignature(stranger, document), []],
    ['an unknown signer of something else', makeSignature(stranger, Buffer.from('x')), []],
    ['a weak hash', makeSignature(two, document, { hash: 'sha1' }), ['signature-ignored']],
    ['an expired signer', makeSignature(old, document), ['signature-ignored']],
    ['a revoked signer', makeSignature(gone, document), ['signature-ignored']],
    [
      'a future date',
      makeSignature(two, document, { created: signedAt + 1e9 }),
      ['signature-ignored'],
    ],
    ['another type', makeSignature(two, document, { type: 0x10 }), ['signature-ignored']],
    [
      'a condition',
      makeSignature(two, document, { hashed: [makeSubpacket(99, Buffer.from('x'), true)] }),
      ['signature-ignored'],
    ],
    ['a bad signature by an allowed signer', bad, ['signature-bad']],
    [
      'a signature of another algorithm by an allowed signer',
      makeSignature(two, document, { says: { keyAlgorithm: 1 } }),
      ['signature-bad'],
    ],
    ['a signature that cannot be read', makePacket(2, Buffer.from([4, 0])), ['malformed']],
  ])('%s', (_, other, outcome) => {
    expect(warningsOf(tryDetached(join(good, other), keys))).toEqual(outcome);
    expect(warningsOf(tryDetached(join(other, good), keys))).toEqual(outcome);
  });

  test('a bad one by a key that may not sign this document', () => {
    const { fingerprint } = one;
    expect(warningsOf(tryDetached(join(bad, good), keys, { signers: [fingerprint] }))).toEqual([]);
  });

  test('the verdict is that of the signature without warnings', () => {
    const third = makeSignature(rsa, document, { version: 3 });
    expect(tryDetached(join(third, good), keys)).toMatchObject({ version: 4, warnings: [] });
    expect(warningsOf(tryDetached(third, keys))).toEqual(['legacy-signature-v3']);
  });
});

describe('if none is good, the most important reason is reported', () => {
  const unknown = makeSignature(stranger, document);
  const weak = makeSignature(two, document, { hash: 'sha1' });
  const late = makeSignature(old, document);
  const revoked = makeSignature(gone, document);
  const future = makeSignature(two, document, { created: signedAt + 1e9 });
  const ended = makeSignature(two, document, { created: born, hashed: [sub.expiresAfter(1)] });
  const typed = makeSignature(two, document, { type: 0x10 });
  test.each([
    ['signature-bad', [unknown, weak, late, revoked, future, bad]],
    ['signer-revoked', [unknown, typed, weak, ended, late, future, revoked]],
    ['signed-in-future', [unknown, typed, weak, ended, late, future]],
    ['signer-expired', [unknown, typed, weak, ended, late]],
    ['stale', [unknown, typed, weak, ended]],
    ['weak-hash', [unknown, typed, weak]],
    ['unsupported', [unknown, typed]],
    ['signer-unknown', [unknown]],
  ])('%s', (reason, signatures) => {
    expect(word(tryDetached(join(...signatures), keys))).toBe(reason);
    expect(word(tryDetached(join(...signatures.reverse()), keys))).toBe(reason);
  });

  test('and every key that the signatures name', () => {
    const signature = join(unknown, weak, unknown);
    const refusal = refusalOf(() =>
      verifyDetached(document, signature, readKeys(keys).keys, policy),
    );
    expect(refusal.details).toMatchObject({
      signers: [stranger.keyId, two.keyId],
      signedAt: '2024-06-01T00:00:00Z',
    });
  });
});
