import { describe, expect, test } from 'vitest';
import { readKeys, verifyDetached } from '../../../verifiers/openpgp/index.ts';
import { makeKey, makeSubkey } from './make/key.ts';
import { makeKeyPair } from './make/key-pair.ts';
import { join, sub } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { document, policy, refusalOf, tryDetached, word } from './outcome.ts';

const [pair, subpair, second, other] = [0, 1, 2, 3].map(() => makeKeyPair());
if (!pair || !subpair || !second || !other) throw new Error('no keys');
const keys = join(
  makeKey(pair),
  makeSubkey(pair, subpair),
  makeSubkey(pair, second),
  makeKey(other),
);
const spaced = (fingerprint: string): string =>
  ` ${fingerprint.toLowerCase().replace(/(.{4})/g, '$1 ')}`;

describe('the allowed signers', () => {
  test.each([
    ['any given key', undefined, 'valid', 'valid', 'valid', 'valid'],
    ['no key', [], 'signer-unknown', 'signer-unknown', 'signer-unknown', 'signer-unknown'],
    [
      'a primary key with all its subkeys',
      [pair.fingerprint],
      'valid',
      'valid',
      'valid',
      'signer-unknown',
    ],
    [
      'a single subkey',
      [subpair.fingerprint],
      'signer-unknown',
      'valid',
      'signer-unknown',
      'signer-unknown',
    ],
    [
      'in any spelling',
      [spaced(subpair.fingerprint), spaced(other.fingerprint)],
      'signer-unknown',
      'valid',
      'signer-unknown',
      'valid',
    ],
    [
      'a key that was not given',
      ['0'.repeat(40)],
      'signer-unknown',
      'signer-unknown',
      'signer-unknown',
      'signer-unknown',
    ],
  ])('%s', (_, signers, ...outcomes) => {
    const signatures = [pair, subpair, second, other].map((key) => makeSignature(key, document));
    expect(signatures.map((one) => word(tryDetached(one, keys, { signers })))).toEqual(outcomes);
  });

  test.each([
    ['a key id', pair.keyId],
    ['a short id', pair.keyId.slice(-8)],
    ['not hexadecimal', 'x'.repeat(40)],
    ['too long', `${pair.fingerprint}00`],
    ['nothing', ''],
  ])('%s does not name a key', (_, signer) => {
    const outcome = tryDetached(makeSignature(pair, document), keys, { signers: [signer] });
    expect(outcome).toBe('ERR_INVALID_REQUEST');
  });
});

describe('how a signature names its signer', () => {
  const named = (hashed: Uint8Array[], unhashed: Uint8Array[]): string =>
    word(tryDetached(makeSignature(pair, document, { hashed, unhashed }), keys));
  const id = (key: typeof pair): Buffer => sub.keyId(key.keyId);
  const full = (key: typeof pair): Buffer => sub.fingerprint(key.fingerprint);

  test.each([
    ['by key id', [], [id(pair)], 'valid'],
    ['by fingerprint', [], [full(pair)], 'valid'],
    ['by both, hashed', [full(pair), id(pair)], [], 'valid'],
    ['by a key id that is hashed', [id(pair)], [], 'valid'],
    ['the hashed fingerprint goes before another key id', [full(pair)], [id(other)], 'valid'],
    ['the hashed key id goes before another fingerprint', [id(pair)], [full(other)], 'valid'],
    ['a hashed name of another key', [full(other)], [id(pair)], 'signature-bad'],
    ['another key', [], [id(other)], 'signature-bad'],
    ['no key', [], [], 'signer-unknown'],
    ['an unknown signer', [], [sub.keyId('0123456789ABCDEF')], 'signer-unknown'],
    ['a key id that is too short', [], [sub.keyId('0123')], 'signer-unknown'],
    [
      'a fingerprint with the same end',
      [],
      [sub.fingerprint(`${'0'.repeat(24)}${pair.keyId}`)],
      'signer-unknown',
    ],
  ])('%s', (_, hashed, unhashed, outcome) => {
    expect(named(hashed, unhashed)).toBe(outcome);
  });
});

describe('two keys with one key id', () => {
  // With legacy packets two keys can have the same id; here the same subkey is under two primary keys.
  const shared = join(
    makeKey(pair),
    makeSubkey(pair, subpair),
    makeKey(other),
    makeSubkey(other, subpair),
  );
  const signature = makeSignature(subpair, document);
  test('are both tried', () => {
    const unbound = makeSubkey(other, subpair, makeSubkey(pair, subpair));
    for (const keysOfBoth of [
      shared,
      join(makeKey(other), unbound, makeKey(pair), makeSubkey(pair, subpair)),
    ]) {
      const verdict = tryDetached(signature, keysOfBoth, { signers: [pair.fingerprint] });
      expect(verdict).toMatchObject({ signer: { fingerprint: pair.fingerprint } });
      expect(word(tryDetached(signature, keysOfBoth))).toBe('valid');
    }
  });
});

describe('an unknown signer', () => {
  const stranger = makeKeyPair();
  const verify = (signature: Uint8Array, signers?: string[]): (() => unknown) => {
    return () => verifyDetached(document, signature, readKeys(keys).keys, { ...policy, signers });
  };

  test('is named by fingerprint if the signature gives it, with what to do', () => {
    const unhashed = [sub.fingerprint(stranger.fingerprint)];
    const refusal = refusalOf(verify(makeSignature(stranger, document, { unhashed })));
    expect(refusal).toMatchObject({
      code: 'ERR_UNKNOWN_SIGNER',
      details: { reason: 'signer-unknown', signers: [stranger.fingerprint] },
    });
    expect(refusal.message).toContain(stranger.fingerprint);
    expect(refusal.hint).toMatch(/give that key/);
  });

  test('is otherwise named by key id', () => {
    const refusal = refusalOf(verify(makeSignature(stranger, document)));
    expect(refusal.details).toMatchObject({ signers: [stranger.keyId] });
    expect(refusal.hint).toContain(stranger.keyId);
  });

  test('whose key was given is reported as such', () => {
    const refusal = refusalOf(verify(makeSignature(other, document), [pair.fingerprint]));
    expect(refusal.message).toMatch(/that key is known/);
    expect(refusal.hint).toMatch(/add its fingerprint/);
    expect(refusal).toMatchObject({ code: 'ERR_UNKNOWN_SIGNER' });
  });

  test('is distinguished from a bad signature', () => {
    const refusal = refusalOf(verify(makeSignature(other, Buffer.from('x'))));
    expect(refusal).toMatchObject({
      code: 'ERR_SIGNATURE',
      details: { reason: 'signature-bad', signers: [other.keyId] },
    });
    expect(refusal.hint).toMatch(/without caches/);
  });
});
