import { describe, expect, test } from 'vitest';
import { flags, makeDirectSignature, makeKey, makeSelfSignature } from './make/key.ts';
import { born, makeKeyPair, primaryPacket } from './make/key-pair.ts';
import { join, makePacket, makeSubpacket, sub } from './make/packet.ts';
import { makeSignature, type SignOptions } from './make/signature.ts';
import { document, tryDetached, word } from './outcome.ts';

const pair = makeKeyPair();
const stranger = makeKeyPair();
const signature = makeSignature(pair, document);
const userId = 'a';
const self = (options: SignOptions = {}): Buffer => makeSelfSignature(pair, userId, options);
const withSelf = (...signatures: Uint8Array[]): Buffer =>
  makeKey(pair, { userId, self: join(...signatures) });
const outcome = (key: Uint8Array): string => word(tryDetached(signature, key));
const certifyOnly = [sub.flags(flags.certify)];
const expired = [sub.flags(flags.both), sub.keyExpiresAfter(1)];

describe('the statements of a primary key about itself', () => {
  test.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('may be hashed with %s', (hash) => {
    expect(outcome(withSelf(self({ hash })))).toBe('valid');
    expect(outcome(withSelf(self({ hash, hashed: certifyOnly })))).toBe('key-unusable');
    expect(outcome(withSelf(self({ hash, hashed: expired })))).toBe('signer-expired');
  });

  test.each([0x10, 0x11, 0x12, 0x13])('may be of type 0x%x', (type) => {
    expect(outcome(withSelf(self({ type })))).toBe('valid');
    expect(outcome(withSelf(self({ type, hashed: expired })))).toBe('signer-expired');
  });

  test.each([
    ['nothing', primaryPacket(pair)],
    ['a user ID without a signature', join(primaryPacket(pair), makePacket(13, Buffer.from('a')))],
    ['a signature over another user ID', makeKey(pair, { userId: 'b', self: self() })],
    [
      'a signature by another key',
      withSelf(makeSelfSignature({ ...stranger, hashed: pair.hashed, keyId: pair.keyId }, userId)),
    ],
    ['a signature with MD5', withSelf(self({ hash: 'md5' }))],
    ['a document’s signature', withSelf(signature)],
    [
      'a signature that another says to have made',
      withSelf(self({ unhashed: [sub.keyId(stranger.keyId)] })),
    ],
    [
      'a signature that another says in full to have made',
      withSelf(self({ unhashed: [sub.fingerprint(stranger.fingerprint)] })),
    ],
    ['a signature of version 3', withSelf(self({ version: 3 }))],
    ['a direct signature without key flags', join(primaryPacket(pair), makeDirectSignature(pair))],
  ])('%s is not enough', (_, key) => {
    expect(outcome(key)).toBe('key-unusable');
  });

  test('are checked even if the signature does not name its key', () => {
    expect(outcome(withSelf(self({ unhashed: [] })))).toBe('valid');
  });

  test('may lack flags', () => {
    expect(outcome(withSelf(self({ hashed: [] })))).toBe('valid');
  });

  test.each([
    [flags.both, 'valid'],
    [flags.sign, 'valid'],
    [flags.certify, 'key-unusable'],
    [flags.encrypt, 'key-unusable'],
    [0, 'key-unusable'],
  ])('flags %i', (value, expected) => {
    expect(outcome(withSelf(self({ hashed: [sub.flags(value)] })))).toBe(expected);
  });

  test('allow nothing with empty flags', () => {
    expect(outcome(withSelf(self({ hashed: [makeSubpacket(27, new Uint8Array())] })))).toBe(
      'key-unusable',
    );
  });

  test('are those of the newest signature, whatever it allows', () => {
    const later = { created: born + 10 };
    expect(outcome(withSelf(self(), self({ ...later, hashed: certifyOnly })))).toBe('key-unusable');
    expect(outcome(withSelf(self({ hashed: certifyOnly }), self(later)))).toBe('valid');
    const other = makeSelfSignature(pair, 'b', { ...later, hashed: certifyOnly });
    const two = join(withSelf(self()), makePacket(13, Buffer.from('b')), other);
    expect(outcome(two)).toBe('key-unusable');
  });

  test('are not read from signatures of other types, such as a withdrawn user ID', () => {
    const withdrawn = self({ type: 0x30, created: born + 10, hashed: certifyOnly });
    expect(outcome(withSelf(self(), withdrawn))).toBe('valid');
    const direct = [makeDirectSignature(pair, { type: 0x13, hashed: certifyOnly })];
    expect(outcome(makeKey(pair, { direct }))).toBe('valid');
  });

  test('are not read from a forged newest signature', () => {
    const forged = self({
      created: born + 10,
      hashed: expired,
      values: (bytes) => bytes.fill(1, 2),
    });
    expect(outcome(withSelf(self(), forged))).toBe('valid');
  });

  test('a user ID without flags does not cancel the flags of another', () => {
    const silent = makeSelfSignature(pair, 'b', { created: born + 10, hashed: [] });
    const key = join(withSelf(self({ hashed: expired })), makePacket(13, Buffer.from('b')), silent);
    expect(outcome(key)).toBe('signer-expired');
  });

  test.each([
    ['ends it', [sub.keyExpiresAfter(1)], 'signer-expired'],
    ['does not let it sign', certifyOnly, 'key-unusable'],
    ['lets it sign', [sub.flags(flags.sign)], 'valid'],
    ['has another content', [makeSubpacket(7, Buffer.from([0]))], 'valid'],
  ])('a direct signature that %s counts beside it', (_, hashed, expected) => {
    const direct = [makeDirectSignature(pair, { hashed })];
    expect(outcome(makeKey(pair, { direct }))).toBe(expected);
    expect(outcome(makeKey(pair, { userId, self: self({ created: born + 10 }), direct }))).toBe(
      expected,
    );
  });

  test('a direct signature after a user ID counts', () => {
    const direct = makeDirectSignature(pair, { hashed: [sub.keyExpiresAfter(1)] });
    expect(outcome(join(withSelf(self()), direct))).toBe('signer-expired');
  });

  test('a direct signature by another key does not count', () => {
    const forger = { ...stranger, hashed: pair.hashed, keyId: pair.keyId };
    const direct = [makeDirectSignature(forger, { hashed: certifyOnly })];
    expect(outcome(makeKey(pair, { direct }))).toBe('valid');
  });

  test('the expiry is the earlier of those of the key and its user IDs', () => {
    const direct = [
      makeDirectSignature(pair, { created: born + 10, hashed: [sub.flags(flags.both)] }),
    ];
    expect(outcome(makeKey(pair, { userId, self: self({ hashed: expired }), direct }))).toBe(
      'signer-expired',
    );
  });
});

describe('conditions', () => {
  const unknown = makeSubpacket(100, Buffer.from('x'), true);
  const notation = makeSubpacket(20, Buffer.alloc(8), true);
  test.each([
    ['that are not critical are ignored', [makeSubpacket(100, Buffer.from('x'))], 'valid'],
    ['that are unknown and critical refuse', [unknown], 'unsupported'],
    ['that are critical notations refuse', [notation], 'unsupported'],
    ['that are known may be critical', [makeSubpacket(28, Buffer.from('x'), true)], 'valid'],
  ])('of a document’s signature %s', (_, hashed, expected) => {
    expect(word(tryDetached(makeSignature(pair, document, { hashed }), makeKey(pair)))).toBe(
      expected,
    );
  });

  test('in the area that is not signed do not count', () => {
    const unhashed = [sub.keyId(pair.keyId), unknown];
    expect(word(tryDetached(makeSignature(pair, document, { unhashed }), makeKey(pair)))).toBe(
      'valid',
    );
  });

  test('of the key itself refuse the signature', () => {
    expect(outcome(withSelf(self({ hashed: [sub.flags(flags.both), unknown] })))).toBe(
      'key-unusable',
    );
    const critical = [makeSubpacket(27, Buffer.from([3]), true)];
    expect(outcome(withSelf(self({ hashed: critical })))).toBe('valid');
  });

  test.each([
    ['the end of the signature', sub.expiresAfter(1e9)],
    ['flags', sub.flags(3)],
    ['the end of a key', sub.keyExpiresAfter(0)],
  ])('that occur twice are malformed: %s', (_, twice) => {
    const doubled = makeSignature(pair, document, { hashed: [twice, twice] });
    expect(word(tryDetached(doubled, makeKey(pair)))).toBe('malformed');
  });

  test.each([
    ['1', Buffer.from([1])],
    ['191', Buffer.from([191])],
    ['192', Buffer.from([192, 0])],
    ['8383', Buffer.from([223, 255])],
    ['8384', Buffer.from([224, 0])],
    ['16319', Buffer.from([254, 255])],
    ['16320', Buffer.from([255, 0, 0, 0x3f, 0xc0])],
  ])('of %s octets are read', (length, header) => {
    const body = Buffer.alloc(Number(length) - 1);
    const hashed = [join(header, Buffer.from([100]), body)];
    expect(word(tryDetached(makeSignature(pair, document, { hashed }), makeKey(pair)))).toBe(
      'valid',
    );
  });

  test.each([0, 3, 5, 8])('a time of %i octets is malformed', (length) => {
    const hashed = [makeSubpacket(3, Buffer.alloc(length))];
    expect(word(tryDetached(makeSignature(pair, document, { hashed }), makeKey(pair)))).toBe(
      'malformed',
    );
  });
});
