import { describe, expect, test } from 'vitest';
import { flags, makeDirectSignature, makeKey, makeSelfSignature, makeSubkey } from './make/key.ts';
import { born, makeKeyPair } from './make/key-pair.ts';
import { join, makePacket, makeSubpacket, sub } from './make/packet.ts';
import { makeSignature, type SignOptions } from './make/signature.ts';
import { document, tryDetached, word } from './outcome.ts';

const [pair, subpair, stranger] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];
const key = makeKey(pair);
const subkey = makeSubkey(pair, subpair);
const byPrimary = makeSignature(pair, document);
const bySubkey = makeSignature(subpair, document);
const revokeKey = (options: SignOptions = {}): Buffer =>
  makeDirectSignature(pair, { type: 0x20, ...options });
const revokeSubkey = (options: SignOptions = {}): Buffer =>
  makeSignature(pair, join(pair.hashed, subpair.hashed), { type: 0x28, ...options });
const spoil = (bytes: Buffer): Buffer => Buffer.from(bytes).fill(1, 2);
const reason = (code: number): Buffer => makeSubpacket(29, Buffer.from([code]));

describe('a revoked primary key', () => {
  test.each([
    ['after the key', makeKey(pair, { direct: [revokeKey()] })],
    ['after its user ID', join(key, revokeKey())],
    ['after a subkey', join(key, subkey, revokeKey())],
    ['after a user attribute', join(key, makePacket(17, Buffer.from('x')), revokeKey())],
    ['with SHA-1', join(key, revokeKey({ hash: 'sha1' }))],
    ['with a hash that cannot be checked', join(key, revokeKey({ hash: 'md5' }))],
    ['without an issuer', join(key, revokeKey({ unhashed: [] }))],
    ['because it was replaced', join(key, revokeKey({ hashed: [reason(1)] }))],
    ['because it was stolen', join(key, revokeKey({ hashed: [reason(2)] }))],
    ['after it signed', join(key, revokeKey({ created: born + 1e9 }))],
    [
      'with an unsupported condition',
      join(key, revokeKey({ hashed: [makeSubpacket(100, Buffer.from('x'), true)] })),
    ],
    ['in one of two copies', join(key, makeKey(pair, { direct: [revokeKey()] }))],
    ['in the other of two copies', join(makeKey(pair, { direct: [revokeKey()] }), key)],
  ])('%s', (_, material) => {
    expect(word(tryDetached(byPrimary, material))).toBe('signer-revoked');
  });

  test('revokes its subkeys', () => {
    const material = join(key, subkey, revokeKey());
    expect(word(tryDetached(bySubkey, material))).toBe('signer-revoked');
    expect(word(tryDetached(bySubkey, material, { signers: [subpair.fingerprint] }))).toBe(
      'signer-revoked',
    );
  });

  test.each([
    ['by another key', makeDirectSignature({ ...stranger, hashed: pair.hashed }, { type: 0x20 })],
    [
      'by another key, with MD5',
      makeDirectSignature({ ...stranger, hashed: pair.hashed }, { type: 0x20, hash: 'md5' }),
    ],
    [
      'by another key in its name',
      makeDirectSignature({ ...stranger, hashed: pair.hashed, keyId: pair.keyId }, { type: 0x20 }),
    ],
    ['with values that do not agree', revokeKey({ values: spoil })],
    ['of another key', makeDirectSignature({ ...pair, hashed: stranger.hashed }, { type: 0x20 })],
    ['of another type', revokeKey({ type: 0x1f })],
  ])('not %s', (_, revocation) => {
    expect(word(tryDetached(byPrimary, join(key, revocation)))).toBe('valid');
  });
});

describe('a revoker that the key names', () => {
  const byRevoker = makeDirectSignature({ ...stranger, hashed: pair.hashed }, { type: 0x20 });
  const named = { hashed: [sub.flags(flags.both), sub.revoker(stranger.fingerprint)] };
  test.each([
    ['in a direct signature', [makeDirectSignature(pair, named), byRevoker], 'signer-revoked'],
    [
      'in a direct signature, and the revoker says its fingerprint',
      [
        makeDirectSignature(pair, named),
        makeDirectSignature(
          { ...stranger, hashed: pair.hashed },
          { type: 0x20, unhashed: [sub.fingerprint(stranger.fingerprint)] },
        ),
      ],
      'signer-revoked',
    ],
    [
      'in a signature that does not agree',
      [makeDirectSignature(pair, { ...named, values: spoil }), byRevoker],
      'valid',
    ],
    [
      'in the area that is not signed',
      [
        makeDirectSignature(pair, {
          unhashed: [sub.keyId(pair.keyId), sub.revoker(stranger.fingerprint)],
        }),
        byRevoker,
      ],
      'valid',
    ],
    ['but has not revoked it', [makeDirectSignature(pair, named)], 'valid'],
  ])('%s', (_, direct, expected) => {
    expect(word(tryDetached(byPrimary, makeKey(pair, { direct })))).toBe(expected);
  });

  test('with its user ID', () => {
    const self = makeSelfSignature(pair, 'a', named);
    expect(
      word(tryDetached(byPrimary, makeKey(pair, { userId: 'a', self, direct: [byRevoker] }))),
    ).toBe('signer-revoked');
  });
});

describe('a revoked subkey', () => {
  test.each([
    [
      'before its binding',
      join(
        key,
        makeSubkey(pair, subpair, revokeSubkey(), subkey.subarray(2 + subpair.body.length)),
      ),
    ],
    ['after its binding', join(key, subkey, revokeSubkey())],
    ['with SHA-1', join(key, subkey, revokeSubkey({ hash: 'sha1' }))],
    ['with MD5', join(key, subkey, revokeSubkey({ hash: 'md5' }))],
    [
      'after it signed',
      join(key, subkey, revokeSubkey({ created: born + 1e9, hashed: [reason(1)] })),
    ],
    [
      'under the same subkey, listed again',
      join(key, subkey, makeSubkey(pair, subpair, revokeSubkey())),
    ],
    ['in another copy', join(key, subkey, key, makeSubkey(pair, subpair, revokeSubkey()))],
  ])('%s', (_, material) => {
    expect(word(tryDetached(bySubkey, material))).toBe('signer-revoked');
    expect(word(tryDetached(byPrimary, material))).toBe('valid');
  });

  test.each([
    ['by itself', makeSignature(subpair, join(pair.hashed, subpair.hashed), { type: 0x28 })],
    ['of another subkey', makeSignature(pair, join(pair.hashed, stranger.hashed), { type: 0x28 })],
    ['with values that do not agree', revokeSubkey({ values: spoil })],
    ['by a signature of another type', revokeSubkey({ type: 0x30 })],
  ])('not %s', (_, revocation) => {
    expect(word(tryDetached(bySubkey, join(key, subkey, revocation)))).toBe('valid');
  });
});
