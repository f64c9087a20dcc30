import { describe, expect, test } from 'vitest';
import { findKey, readKeys } from '../../../verifiers/openpgp/index.ts';
import { makeArmor } from './make/document.ts';
import { makeKey, makeSelfSignature, makeSubkey } from './make/key.ts';
import { describe as describeKey, makeKeyPair, primaryPacket } from './make/key-pair.ts';
import { join, makeMpi, makePacket } from './make/packet.ts';
import { makeSignature, signedAt } from './make/signature.ts';
import { document, tryDetached, word } from './outcome.ts';

const [one, two] = [makeKeyPair(), makeKeyPair('ed25519')];
const [keyOne, keyTwo] = [makeKey(one), makeKey(two)];
const byOne = makeSignature(one, document);
const byTwo = makeSignature(two, document);
const block = (bytes: Uint8Array): string => makeArmor('PUBLIC KEY BLOCK', bytes);
const fingerprints = (material: Uint8Array | string): string[] =>
  readKeys(material).keys.map(({ fingerprint }) => fingerprint);
const both = [one.fingerprint, two.fingerprint];
/** A version 6 key with an unsupported algorithm, as CentOS ships one. */
const strange = describeKey(6, signedAt, 31, Buffer.alloc(100, 5));

describe('files of keys', () => {
  test.each([
    ['binary', join(keyOne, keyTwo)],
    ['one armored block', block(join(keyOne, keyTwo))],
    ['a block each', block(keyOne) + block(keyTwo)],
    ['text around', `Keys of Vendor\n${block(keyOne)}\nthe second:\n${block(keyTwo)}bye`],
    [
      'a block without its end first',
      block(keyOne).replace(/-----END.*/, '') + block(keyOne) + block(keyTwo),
    ],
    [
      'a block that is not base64 first',
      block(keyOne).replace('\n\n', '\n\n*') + block(keyOne) + block(keyTwo),
    ],
    ['another kind of block first', makeArmor('MESSAGE', keyOne) + block(keyOne) + block(keyTwo)],
    ['a key of version 3 in between', join(keyOne, makePacket(6, Buffer.from([3, 0, 0])), keyTwo)],
    [
      'a key cut inside its packet in between',
      join(keyOne, makePacket(6, one.body.subarray(0, 20)), keyTwo),
    ],
    ['a secret key in between', join(keyOne, makePacket(5, one.body), keyTwo)],
    [
      'trust and marker packets',
      join(keyOne, makePacket(12, Buffer.from('x')), makePacket(10, Buffer.from('PGP')), keyTwo),
    ],
  ])('%s', (_, material) => {
    expect(fingerprints(material)).toEqual(both);
    expect(word(tryDetached(byOne, material))).toBe('valid');
    expect(word(tryDetached(byTwo, material))).toBe('valid');
  });

  test.each([
    ['a block without its end', block(keyOne).replace(/-----END.*/, ''), /without its end/],
    ['a block that is not base64', block(keyOne).replace('\n\n', '\n\n*'), /not base64/],
    ['a secret key', makePacket(5, one.body), /secret key/],
    ['a key of version 3', makePacket(6, Buffer.from([3, 0, 0])), /version is not supported/],
    ['a key with too many bytes', makePacket(6, join(one.body, Buffer.from([0]))), /too many/],
    ['a private block', makeArmor('PRIVATE KEY BLOCK', keyOne), /only public keys/],
    ['a key with its last packet cut', keyOne.subarray(0, -1), /rest of a block/],
    ['nothing', '', /no OpenPGP public key/],
    ['a web page', '<html></html>', /no OpenPGP public key/],
  ])('%s: skipped with a note', (_, material, note) => {
    const read = readKeys(material);
    expect(read.keys).toEqual([]);
    expect(read.notes.join('\n')).toMatch(note);
  });

  test('a key whose end is cut off is not used, because its revocation may be missing', () => {
    const cut = join(keyOne, keyTwo).subarray(0, -1);
    expect(fingerprints(cut)).toEqual([one.fingerprint]);
  });

  test('a key of an unknown algorithm is reported, and the other keys are read', () => {
    const material = join(primaryPacket(strange), keyOne);
    const { keys, notes } = readKeys(material);
    expect(keys.map(({ fingerprint }) => fingerprint)).toEqual([
      strange.fingerprint,
      one.fingerprint,
    ]);
    expect(notes.join()).toContain(strange.fingerprint);
    expect(word(tryDetached(byOne, material))).toBe('valid');
    const bySomeone = makeSignature({ ...two, ...strange }, document);
    expect(word(tryDetached(bySomeone, material))).toBe('key-unusable');
  });

  test.each([
    ['a user attribute', makePacket(17, Buffer.from('photo'))],
    ['a secret subkey', makePacket(7, two.body)],
    ['a subkey that cannot be read', makePacket(14, two.body.subarray(0, 9))],
    ['a subkey of another version', makePacket(14, makeKeyPair('ed25519', { version: 6 }).body)],
  ])('signatures under %s belong to no key', (_, packet) => {
    const self = makeSelfSignature(one, 'x');
    const userId = makePacket(13, Buffer.from('x'));
    const whole = join(primaryPacket(one), userId, self);
    expect(word(tryDetached(byOne, whole))).toBe('valid');
    const moved = join(primaryPacket(one), userId, packet, self);
    expect(word(tryDetached(byOne, moved))).toBe('key-unusable');
  });

  test('signatures of a key that cannot be read are skipped with a note', () => {
    const material = join(
      keyOne,
      makePacket(2, Buffer.from([4, 0])),
      makePacket(2, Buffer.from([5])),
    );
    const { keys, notes } = readKeys(material);
    expect(keys).toHaveLength(1);
    expect(notes).toHaveLength(2);
    expect(word(tryDetached(byOne, material))).toBe('valid');
  });

  test('signatures by other keys are left out', () => {
    const content = join(one.hashed, Buffer.from('x'));
    const others = Array.from({ length: 1000 }, () => makeSignature(two, content, { type: 0x10 }));
    expect(word(tryDetached(byOne, join(keyOne, ...others)))).toBe('valid');
  });
});

test('findKey accepts a full primary fingerprint in any spelling', () => {
  const subkey = makeKeyPair();
  const { keys } = readKeys(join(keyOne, makeSubkey(one, subkey), keyTwo));
  const spaced = two.fingerprint.toLowerCase().replace(/(.{4})/g, '$1 ');
  expect(findKey(keys, spaced)?.fingerprint).toBe(two.fingerprint);
  expect(findKey(keys, one.keyId)).toBeUndefined();
  expect(findKey(keys, subkey.fingerprint)).toBeUndefined();
});

test('copies of one key are merged', () => {
  const late = makeKey(one, {
    self: makeSelfSignature(one, 'a', { created: one.created + 5 }),
    userId: 'a',
  });
  expect(word(tryDetached(byOne, join(keyOne, late, keyOne)))).toBe('valid');
  const subkey = makeKeyPair();
  const withSubkey = join(keyOne, makeSubkey(one, subkey));
  const bySubkey = makeSignature(subkey, document);
  expect(word(tryDetached(bySubkey, join(keyOne, withSubkey)))).toBe('valid');
  expect(word(tryDetached(bySubkey, join(withSubkey, keyOne)))).toBe('valid');
});

test('a fingerprint is computed as in RFC 9580, 5.5.4', () => {
  const { keys } = readKeys(join(keyOne, makeKey(makeKeyPair('ed25519', { version: 6 }))));
  expect(keys[0]?.primary.keyId).toBe(one.fingerprint.slice(-16));
  expect(keys[1]?.fingerprint).toMatch(/^[0-9A-F]{64}$/);
  expect(keys[1]?.primary.keyId).toBe(keys[1]?.fingerprint.slice(0, 16));
  expect(makeMpi(Buffer.from([0, 1]))).toEqual(Buffer.from([0, 1, 1]));
});
