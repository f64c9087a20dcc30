import { describe, expect, test } from 'vitest';
import { readKeys, verifyDetached } from '../../../verifiers/openpgp/index.ts';
import { flags, makeBinding, makeKey, makeSelfSignature, makeSubkey } from './make/key.ts';
import { born, makeKeyPair, primaryPacket, subkeyPacket } from './make/key-pair.ts';
import { join, makeSubpacket, sub } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { document, policy, refusalOf, tryDetached, word } from './outcome.ts';

const [pair, subpair, other] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];
const certifyOnly = makeSelfSignature(pair, 'a', { hashed: [sub.flags(flags.certify)] });
const primary = makeKey(pair, { userId: 'a', self: certifyOnly });
const signature = makeSignature(subpair, document);
const bind = (options: Parameters<typeof makeBinding>[2] = {}): Buffer =>
  makeBinding(pair, subpair, options);
const withBindings = (...bindings: Uint8Array[]): Buffer =>
  join(primary, makeSubkey(pair, subpair, ...bindings));
const outcome = (key: Uint8Array, signers?: string[]): string =>
  word(tryDetached(signature, key, { signers }));

test('a subkey signs for a primary key that may only certify', () => {
  expect(tryDetached(signature, withBindings())).toMatchObject({
    signer: { fingerprint: pair.fingerprint, subkey: subpair.fingerprint, userId: 'a' },
  });
  expect(word(tryDetached(makeSignature(pair, document), withBindings()))).toBe('key-unusable');
});

test('a subkey is bound in version 6 in the same way', () => {
  const [six, subsix] = [
    makeKeyPair('ed25519', { version: 6 }),
    makeKeyPair('ed25519', { version: 6 }),
  ];
  const key = join(makeKey(six), makeSubkey(six, subsix));
  expect(word(tryDetached(makeSignature(subsix, document), key))).toBe('valid');
});

test('a subkey has the version of its primary key', () => {
  const six = makeKeyPair('ed25519', { version: 6 });
  const key = join(primary, makeSubkey(pair, six));
  expect(word(tryDetached(makeSignature(six, document), key))).toBe('signer-unknown');
});

describe('a binding needs', () => {
  test.each([
    ['a back-signature that is not hashed', bind(), 'valid'],
    ['a back-signature that is hashed', bind({ hashedBack: true }), 'valid'],
    ['no back-signature', bind({ back: false }), 'key-unusable'],
    ['a back-signature by another key', bind({ by: other }), 'key-unusable'],
    ['a back-signature by the primary key', bind({ by: pair }), 'key-unusable'],
    ['a back-signature of another type', bind({ back: { type: 0x18 } }), 'key-unusable'],
    ['a back-signature with SHA-1', bind({ back: { hash: 'sha1' } }), 'key-unusable'],
    ['a back-signature with MD5', bind({ back: { hash: 'md5' } }), 'key-unusable'],
    [
      'a back-signature that cannot be read',
      bind({ back: false, unhashed: [sub.keyId(pair.keyId), sub.embedded(Buffer.from([4, 0]))] }),
      'key-unusable',
    ],
    ['no flags', bind({ hashed: [] }), 'key-unusable'],
    ['flags to encrypt', bind({ hashed: [sub.flags(flags.encrypt)] }), 'key-unusable'],
    ['flags to certify', bind({ hashed: [sub.flags(flags.certify)] }), 'key-unusable'],
    ['flags to sign among others', bind({ hashed: [sub.flags(flags.both)] }), 'valid'],
    ['another type', bind({ type: 0x1f }), 'key-unusable'],
    ['SHA-1', bind({ hash: 'sha1' }), 'key-unusable'],
    ['MD5', bind({ hash: 'md5' }), 'key-unusable'],
    [
      'an unknown critical condition',
      bind({ hashed: [sub.flags(flags.sign), makeSubpacket(100, Buffer.from('x'), true)] }),
      'key-unusable',
    ],
    [
      'values that do not agree',
      bind({ values: (bytes) => Buffer.from(bytes).fill(1, 2) }),
      'key-unusable',
    ],
    [
      'a signature by another key',
      makeBinding(pair, subpair, { unhashed: [sub.keyId(other.keyId)] }),
      'key-unusable',
    ],
  ])('%s', (_, binding, expected) => {
    expect(outcome(withBindings(binding))).toBe(expected);
  });

  test('a signature', () => {
    expect(outcome(join(primary, subkeyPacket(subpair)))).toBe('key-unusable');
  });

  test('to be of this subkey', () => {
    const moved = makeBinding(pair, other);
    expect(outcome(withBindings(moved))).toBe('key-unusable');
  });

  test('a primary key with a statement about itself', () => {
    expect(outcome(join(primaryPacket(pair), makeSubkey(pair, subpair)))).toBe('key-unusable');
  });

  test('a back-signature for this primary key: another key cannot claim the subkey', () => {
    const thief = makeKeyPair();
    const stolen = makeBinding(thief, subpair, {
      back: false,
      // The real one, as published.
      unhashed: [sub.keyId(thief.keyId), backSignatureOf(bind())],
    });
    const key = join(makeKey(thief), makeSubkey(thief, subpair, stolen));
    expect(outcome(key)).toBe('key-unusable');
  });
});

describe('of several bindings', () => {
  const later = { created: born + 10 };
  test('the newest counts', () => {
    expect(
      outcome(withBindings(bind(), bind({ ...later, hashed: [sub.flags(flags.encrypt)] }))),
    ).toBe('key-unusable');
    expect(outcome(withBindings(bind({ hashed: [sub.flags(flags.encrypt)] }), bind(later)))).toBe(
      'valid',
    );
  });
  test('one with SHA-1 is ignored', () => {
    const weak = bind({
      ...later,
      hash: 'sha1',
      hashed: [sub.flags(flags.sign), sub.keyExpiresAfter(1)],
    });
    expect(outcome(withBindings(bind(), weak))).toBe('valid');
    expect(
      outcome(
        withBindings(
          bind({ hashed: [sub.flags(flags.sign), sub.keyExpiresAfter(1)] }),
          bind({ ...later, hash: 'sha1' }),
        ),
      ),
    ).toBe('signer-expired');
  });
});

describe('a binding with SHA-1', () => {
  const weak = withBindings(bind({ hash: 'sha1', back: { hash: 'sha1' } }));
  test('is good enough for a subkey that is identified by its own fingerprint', () => {
    expect(outcome(weak, [subpair.fingerprint])).toBe('valid');
    expect(outcome(weak, [pair.fingerprint])).toBe('key-unusable');
    expect(outcome(weak, [pair.fingerprint, subpair.fingerprint])).toBe('valid');
  });

  test('leads to an error that says what to do', () => {
    const refusal = refusalOf(() =>
      verifyDetached(document, signature, readKeys(weak).keys, policy),
    );
    expect(refusal.message).toMatch(/with SHA-1 only/);
    expect(refusal.hint).toMatch(/by its own fingerprint/);
  });
  test.each([
    ['flags', { hashed: [] }, 'key-unusable'],
    ['a back-signature', { back: false }, 'key-unusable'],
    ['an end', { hashed: [sub.flags(flags.sign), sub.keyExpiresAfter(1)] }, 'signer-expired'],
  ] as const)('still needs and reports: %s', (_, options, expected) => {
    const back = { hash: 'sha1' } as const;
    const binding = bind({
      hash: 'sha1',
      back,
      ...options,
      hashed: 'hashed' in options ? [...options.hashed] : [sub.flags(flags.sign)],
    });
    expect(outcome(withBindings(binding), [subpair.fingerprint])).toBe(expected);
  });
});

/** The subpacket with the back-signature of a binding. */
function backSignatureOf(binding: Buffer): Buffer {
  const at = binding.indexOf(Buffer.from([32, 4, 0x19]));
  const length = binding[at - 1] ?? 0;
  return binding.subarray(at - 1, at + length);
}
