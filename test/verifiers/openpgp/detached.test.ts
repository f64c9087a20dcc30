import { describe, expect, test } from 'vitest';
import { openDetached, readKeys, verifyDetached } from '../../../verifiers/openpgp/index.ts';
import { makeArmor } from './make/document.ts';
import { makeKey } from './make/key.ts';
import { makeKeyPair } from './make/key-pair.ts';
import { join, makePacket } from './make/packet.ts';
import { makeSignature, makeSignatureBody, signedAt } from './make/signature.ts';
import { document, policy, refusalOf, tryDetached, word } from './outcome.ts';

const pair = makeKeyPair();
const key = makeKey(pair);
const { keys } = readKeys(key);

test('a verdict gives signer, time and hash', () => {
  const verdict = verifyDetached(document, makeSignature(pair, document), keys, policy);
  const signer = { fingerprint: pair.fingerprint, userId: 'Vendor <images@example.invalid>' };
  expect(verdict).toEqual({
    signer,
    signedAt: new Date(signedAt * 1000),
    hash: 'sha256',
    version: 4,
    warnings: [],
    signers: [signer],
  });
});

describe('signatures of text', () => {
  const crlf = Buffer.from('a \r\n\r\n b\rc\r\nlast');
  const sign = (text: Uint8Array): Buffer => makeSignature(pair, text, { type: 1 });

  test.each([
    ['LF', 'a \n\n b\rc\nlast', crlf, 'valid'],
    ['CR LF', 'a \r\n\r\n b\rc\r\nlast', crlf, 'valid'],
    ['mixed', 'a \r\n\n b\rc\nlast', crlf, 'valid'],
    ['another line ending at the end', 'a \n\n b\rc\nlast\n', crlf, 'signature-bad'],
    ['without trailing blanks', 'a\n\n b\rc\nlast', crlf, 'signature-bad'],
    ['CR as a line ending', 'a \n\n b\nc\nlast', crlf, 'signature-bad'],
    ['signed as LF', 'a\nb', Buffer.from('a\nb'), 'signature-bad'],
    ['empty', '', Buffer.alloc(0), 'valid'],
    ['one line ending', '\n', Buffer.from('\r\n'), 'valid'],
  ])('%s', (_, text, signed, outcome) => {
    expect(word(tryDetached(sign(signed), key, { document: Buffer.from(text) }))).toBe(outcome);
  });

  test('of bytes cover the bytes unchanged', () => {
    const signature = makeSignature(pair, Buffer.from('a\nb'));
    expect(word(tryDetached(signature, key, { document: Buffer.from('a\r\nb') }))).toBe(
      'signature-bad',
    );
    expect(word(tryDetached(signature, key, { document: Buffer.from('a\nb') }))).toBe('valid');
  });
});

describe('a document that comes in pieces', () => {
  const text = Buffer.from('a\r\nb\n\r\r\n\nc');
  const signed = Buffer.from('a\r\nb\r\n\r\r\n\r\nc');
  test.each([1, 2, 3, 5, 100])('of %i bytes', (size) => {
    const signature = join(
      makeSignature(pair, signed, { type: 1 }),
      makeSignature(pair, text, { hash: 'sha512' }),
    );
    const check = openDetached(signature, keys, policy);
    for (let at = 0; at < text.length; at += size) {
      check.update(text.subarray(at, at + size));
    }
    expect(check.finish().signers).toHaveLength(2);
  });

  test('that lacks its end', () => {
    const check = openDetached(makeSignature(pair, text), keys, policy);
    check.update(text.subarray(0, -1));
    expect(refusalOf(() => check.finish())).toMatchObject({ code: 'ERR_SIGNATURE' });
  });

  test('is not read when no signature can count', () => {
    const stranger = makeSignature(makeKeyPair(), document);
    expect(refusalOf(() => openDetached(stranger, keys, policy))).toMatchObject({
      code: 'ERR_UNKNOWN_SIGNER',
    });
  });
});

describe('signature types', () => {
  test.each([0x02, 0x10, 0x13, 0x18, 0x19, 0x1f, 0x20, 0x40, 0x50])('0x%x: unsupported', (type) => {
    expect(word(tryDetached(makeSignature(pair, document, { type }), key))).toBe('unsupported');
  });
});

describe('versions', () => {
  const body = makeSignatureBody(pair, document);
  const ofVersion = (version: number): Buffer =>
    makePacket(2, join(Buffer.from([version]), body.subarray(1)));

  test.each([0, 1, 2, 5, 7, 255])('%i without a good one: unsupported', (version) => {
    expect(word(tryDetached(ofVersion(version), key))).toBe('unsupported');
  });

  test('an unknown one beside a good one is skipped', () => {
    const verdict = tryDetached(join(ofVersion(5), makeSignature(pair, document)), key);
    expect(verdict).toMatchObject({ signers: [{ fingerprint: pair.fingerprint }] });
  });

  test('3 gives a warning', () => {
    const rsa = makeKeyPair('rsa');
    const signature = makeSignature(rsa, document, { version: 3 });
    expect(tryDetached(signature, makeKey(rsa))).toMatchObject({
      version: 3,
      signedAt: new Date(signedAt * 1000),
      warnings: [{ code: 'legacy-signature-v3' }],
    });
  });

  test('3 that covers another length: malformed', () => {
    const rsa = makeKeyPair('rsa');
    const bytes = makeSignatureBody(rsa, document, { version: 3 });
    bytes[1] = 6;
    expect(word(tryDetached(makePacket(2, bytes), makeKey(rsa)))).toBe('malformed');
  });
});

test('every message contains the given name', () => {
  const cases = [
    Buffer.from('x'),
    new Uint8Array(),
    makeArmor('MESSAGE', Buffer.from('x')),
    makeSignature(makeKeyPair(), document),
    makeSignature(pair, Buffer.from('other')),
  ];
  for (const signature of cases.slice(1)) {
    expect(refusalOf(() => verifyDetached(document, signature, keys, policy)).message).toContain(
      policy.name,
    );
  }
});
