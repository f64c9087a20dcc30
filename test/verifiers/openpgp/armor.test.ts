import { describe, expect, test } from 'vitest';
import { makeArmor } from './make/document.ts';
import { makeKey } from './make/key.ts';
import { makeKeyPair } from './make/key-pair.ts';
import { makeSubpacket, sub } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { document, tryDetached, word } from './outcome.ts';

const pair = makeKeyPair();
const key = makeKey(pair);
const bytes = makeSignature(pair, document);
const armored = makeArmor('SIGNATURE', bytes);
/** The same, with a length that base64 must pad. */
const padded = [0, 1]
  .map((extra) => {
    const filler = makeSubpacket(100, Buffer.alloc(extra));
    return makeSignature(pair, document, { unhashed: [sub.keyId(pair.keyId), filler] });
  })
  .find(({ length }) => length % 3 !== 0);
if (padded === undefined) throw new Error('no such signature');

describe('armor of a signature', () => {
  test.each([
    ['unchanged', armored],
    ['as bytes', Buffer.from(armored)],
    ['without a checksum', makeArmor('SIGNATURE', bytes, { checksum: '' })],
    ['with a wrong checksum', makeArmor('SIGNATURE', bytes, { checksum: '=AAAA' })],
    ['with headers', makeArmor('SIGNATURE', bytes, { headers: ['Version: 1', 'Comment: a: b'] })],
    ['with an empty header', makeArmor('SIGNATURE', bytes, { headers: ['Comment:'] })],
    ['with CR LF', makeArmor('SIGNATURE', bytes, { lineEnd: '\r\n' })],
    ['with trailing blanks', armored.replaceAll('\n', ' \t\n')],
    ['with blank lines around', `\n\n${armored}\n\n`],
    ['without its last line ending', armored.trimEnd()],
    [
      'as the second of two blocks',
      makeArmor('SIGNATURE', makeSignature(makeKeyPair(), document)) + armored,
    ],
  ])('%s: read', (_, signature) => {
    expect(word(tryDetached(signature, key))).toBe('valid');
  });

  test.each([
    ['text before it', `SHA256 (disk.img) = 00\n${armored}`],
    ['text after it', `${armored}SHA256 (disk.img) = 00\n`],
    ['text between two', `${armored}x\n${armored}`],
    ['no end', armored.replace(/-----END.*/, '')],
    ['the end of another block', armored.replace('END PGP SIGNATURE', 'END PGP MESSAGE')],
    ['no blank line', armored.replace('\n\n', '\n')],
    ['a line that is not a header', armored.replace('\n\n', '\nhello\n\n')],
    ['a character outside base64', armored.replace('\n\n', '\n\n*')],
    ['four characters outside base64', armored.replace('\n\n', '\n\n****\n')],
    [
      'base64 without its padding',
      makeArmor('SIGNATURE', padded).replaceAll('=\n', '\n').replaceAll('=\n', '\n'),
    ],
    ['a line too short', armored.replace('\n\n', '\n\nA')],
    ['base64 padded in the middle', armored.replace('\n\n', '\n\nAA==')],
    ['a block inside it', armored.replace('\n\n', '\n\n-----BEGIN PGP SIGNATURE-----\n')],
    ['another kind of block', makeArmor('MESSAGE', bytes)],
    ['a key', makeArmor('PUBLIC KEY BLOCK', key)],
    ['no armor at all', 'SHA256 (disk.img) = 00\n'],
  ])('%s: malformed', (_, signature) => {
    expect(word(tryDetached(signature, key))).toBe('malformed');
  });
});
