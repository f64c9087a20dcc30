import { describe, expect, test } from 'vitest';
import { makeKey } from './make/key.ts';
import { makeKeyPair } from './make/key-pair.ts';
import { join, makePacket, uint32 } from './make/packet.ts';
import { makeSignature, makeSignatureBody } from './make/signature.ts';
import { document, tryDetached, word } from './outcome.ts';

const pair = makeKeyPair();
const key = makeKey(pair);
const body = makeSignatureBody(pair, document);
const good = makeSignature(pair, document);
const long = makeSignatureBody(pair, document, { unhashed: [makeKeyId(), padding(300)] });
const veryLong = makeSignatureBody(pair, document, { unhashed: [makeKeyId(), padding(9000)] });

/** The issuer's key id as a subpacket. */
function makeKeyId(): Buffer {
  return Buffer.from(`0910${pair.keyId}`, 'hex');
}

/** A subpacket of a private type with this many bytes. */
function padding(length: number): Buffer {
  const subpacketLength = Buffer.from([255, 0, 0, (length + 1) >> 8, (length + 1) & 255]);
  return join(subpacketLength, Buffer.from([100]), Buffer.alloc(length));
}

/** A header with the length in five octets. */
function fiveOctets(type: number, length: number): Buffer {
  const header = Buffer.from([0xc0 | type, 255, 0, 0, 0, 0]);
  header.writeUInt32BE(length, 2);
  return header;
}

describe('packet headers', () => {
  test.each([
    ['current, one octet', makePacket(2, body)],
    ['current, two octets', makePacket(2, long)],
    ['current, five octets', join(fiveOctets(2, body.length), body)],
    ['current, five octets necessary', makePacket(2, veryLong)],
    ['legacy, one octet', makePacket(2, body, 0)],
    ['legacy, two octets', makePacket(2, long, 1)],
    ['legacy, four octets', makePacket(2, veryLong, 2)],
  ])('%s', (_, signature) => {
    expect(word(tryDetached(signature, key))).toBe('valid');
  });

  test.each([191, 192, 193, 8383, 8384, 8385])('a body of %i bytes', (length) => {
    const shortest = makeSignatureBody(pair, document, { unhashed: [makeKeyId(), padding(0)] });
    const unhashed = [makeKeyId(), padding(length - shortest.length)];
    const exact = makeSignatureBody(pair, document, { unhashed });
    expect(exact).toHaveLength(length);
    expect(word(tryDetached(makePacket(2, exact), key))).toBe('valid');
  });

  test('of keys, legacy', () => {
    const legacy = join(makePacket(6, pair.body, 0), key.subarray(2 + pair.body.length));
    expect(word(tryDetached(good, legacy))).toBe('valid');
  });

  test.each([
    [
      'without the packet bit, else good',
      join(good, Buffer.from([(good[0] ?? 0) & 0x7f]), good.subarray(1)),
    ],
    [
      'of partial length, written as one of four octets',
      join(Buffer.from([0xc2, 0xfe]), uint32(body.length), body),
    ],
    ['of a type with the same low bits', makePacket(34, body)],
    ['without the packet bit', join(good, Buffer.from([0x42, 0]))],
    ['of partial length', join(Buffer.from([0xc2, 0xe1]), body)],
    ['of partial length, the longest', join(Buffer.from([0xc2, 0xfe]), body)],
    ['of indeterminate length', join(Buffer.from([0x8b]), body)],
    ['longer than the file', good.subarray(0, -1)],
    ['longer than the file by far', join(fiveOctets(2, 0xffff_ffff), body)],
    ['cut in the length', join(good, Buffer.from([0xc2, 0xff, 0, 0]))],
    ['cut after the type', join(good, Buffer.from([0xc2]))],
    ['legacy, cut in the length', join(good, Buffer.from([0x8a, 0, 0]))],
  ])('%s: refused', (_, signature) => {
    expect(word(tryDetached(signature, key))).toBe('malformed');
  });
});

describe('packets among signatures', () => {
  test.each([
    ['a literal', 11],
    ['a one-pass signature', 4],
    ['a user ID', 13],
    ['a marker', 10],
    ['a public key', 6],
    ['one of a private type', 60],
  ])('%s: refused', (_, type) => {
    expect(word(tryDetached(join(good, makePacket(type, Buffer.from('x'))), key))).toBe(
      'malformed',
    );
    expect(word(tryDetached(join(makePacket(type, Buffer.from('x')), good), key))).toBe(
      'malformed',
    );
  });

  test('none at all: missing', () => {
    expect(word(tryDetached(new Uint8Array(), key))).toBe('signature-missing');
    expect(word(tryDetached('\n\n', key))).toBe('signature-missing');
  });
});

describe('fields of a signature', () => {
  const lengthAt = 4;
  const cut = (length: number): Buffer => makePacket(2, body.subarray(0, length));
  const changed = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(body);
    bytes[at] = value;
    return makePacket(2, bytes);
  };

  test.each(Array.from({ length: body.length - 1 }, (_, length) => [length]))(
    'cut to %i bytes: refused',
    (length) => {
      expect(word(tryDetached(cut(length), key))).not.toBe('valid');
    },
  );

  test.each([
    ['hashed area past the end', changed(lengthAt, 0xff)],
    ['hashed area empty', changed(lengthAt + 1, 0)],
    ['subpacket past its area', changed(lengthAt + 2, 0x60)],
    ['subpacket of no length', changed(lengthAt + 2, 0)],
  ])('%s: malformed', (_, signature) => {
    expect(word(tryDetached(signature, key))).toBe('malformed');
  });

  test('bytes after the values: bad', () => {
    expect(word(tryDetached(makePacket(2, join(body, Buffer.from([0]))), key))).toBe(
      'signature-bad',
    );
  });
});
