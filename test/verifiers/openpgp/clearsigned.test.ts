import { describe, expect, test } from 'vitest';
import { makeArmor, makeClearsigned } from './make/document.ts';
import { makeKey } from './make/key.ts';
import { makeKeyPair } from './make/key-pair.ts';
import { join } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { tryClearsigned, word } from './outcome.ts';

const [pair, other] = [makeKeyPair(), makeKeyPair()];
const key = join(makeKey(pair), makeKey(other));
const text = 'SHA256 (disk.img) = 00\n-- dashes\n\n- item  \n last\t';
const made = makeClearsigned(text, [pair]);
const bodyOf = (document: Uint8Array | string): string => {
  const outcome = tryClearsigned(document, key);
  return typeof outcome === 'string' ? outcome : Buffer.from(outcome.body).toString();
};

describe('the body of a clearsigned document', () => {
  test('has no escapes and trailing blanks, and each line is ended', () => {
    expect(bodyOf(made)).toBe('SHA256 (disk.img) = 00\n-- dashes\n\n- item\n last\n');
  });

  test.each([
    ['bytes', Buffer.from(made)],
    ['CR LF', makeClearsigned(text, [pair], { lineEnd: '\r\n' })],
    ['blanks after every line', made.replaceAll('\n', ' \t\n')],
    ['blank lines after', `${made}\n \n`],
    ['no last line ending', made.trimEnd()],
    ['no Hash header', makeClearsigned(text, [pair], { headers: [] })],
    [
      'two Hash headers',
      makeClearsigned(text, [pair], { headers: ['Hash: SHA512', 'Hash: SHA1'] }),
    ],
    ['a list of hashes', makeClearsigned(text, [pair], { headers: ['Hash: SHA256, SHA512,SHA1'] })],
    ['two signatures', makeClearsigned(text, [pair, other])],
    ['a line that need not be escaped', made.replace('\n last', '\n-  last')],
  ])('is the same with %s', (_, document) => {
    expect(bodyOf(document)).toBe(bodyOf(made));
  });

  test.each([
    ['one empty line', '', ''],
    ['two empty lines', '\n', '\n\n'],
    ['text that ends with a line ending', 'a\n', 'a\n\n'],
    [
      'a line like the end of armor',
      '-----END PGP SIGNATURE-----',
      '-----END PGP SIGNATURE-----\n',
    ],
    [
      'a document within',
      makeClearsigned('x', [other]),
      makeClearsigned('x', [other]).concat('\n'),
    ],
    ['UTF-8', 'Übung ✓', 'Übung ✓\n'],
    ['CR within a line', 'a\rb', 'a\rb\n'],
  ])('keeps %s', (_, signed, body) => {
    expect(bodyOf(makeClearsigned(signed, [pair]))).toBe(body);
  });

  test('may be empty', () => {
    expect(bodyOf(makeClearsigned('', [pair]).replace('\n\n\n', '\n\n'))).toBe('');
  });
});

describe('text around or in the block', () => {
  const forged = 'SHA256 (disk.img) = ff\n';
  test.each([
    ['text before', forged + made, 'malformed'],
    ['text after', made + forged, 'malformed'],
    ['text before the blank line', made.replace('\n\n', `\n${forged}\n`), 'malformed'],
    ['a blank line before', `\n${made}`, 'malformed'],
    ['a blank before', ` ${made}`, 'malformed'],
    ['another header', made.replace('\n\n', '\nVersion: 1\n\n'), 'malformed'],
    ['NotDashEscaped', made.replace('\n\n', '\nNotDashEscaped: You need GnuPG\n\n'), 'malformed'],
    ['a header without a value', made.replace('Hash: SHA256', 'Hash:'), 'malformed'],
    ['a header with more text', made.replace('Hash: SHA256', 'Hash: SHA256 forged'), 'malformed'],
    ['a header in small letters', made.replace('Hash:', 'hash:'), 'malformed'],
    ['no blank line', made.replace('Hash: SHA256\n\n', 'Hash: SHA256\n'), 'malformed'],
    ['a dash that is not escaped', made.replace('- -- dashes', '-- dashes'), 'malformed'],
    ['only a dash', made.replace('- -- dashes', '-'), 'malformed'],
    ['the document twice', made + made, 'malformed'],
    ['a signature twice', made + makeArmor('SIGNATURE', Buffer.alloc(0)), 'valid'],
    [
      'text between the signatures',
      `${made}x\n${makeArmor('SIGNATURE', makeSignature(pair, Buffer.from('')))}`,
      'malformed',
    ],
    ['a key after it', made + makeArmor('PUBLIC KEY BLOCK', key), 'malformed'],
    ['no signature', made.slice(0, made.indexOf('-----BEGIN PGP SIGNATURE')), 'malformed'],
    ['a signature without its end', made.replace('-----END PGP SIGNATURE-----', ''), 'malformed'],
    ['only its first line', '-----BEGIN PGP SIGNED MESSAGE-----', 'malformed'],
    ['no armor', 'SHA256 (disk.img) = 00\n', 'malformed'],
    ['nothing', '', 'malformed'],
    ['only line ends', '\n\n\n', 'malformed'],
    ['an additional line', made.replace('\n\n', `\n\n${forged}`), 'signature-bad'],
    ['an additional empty line', made.replace('\n\n', '\n\n\n'), 'signature-bad'],
    [
      'an additional empty line at the end',
      made.replace('\n-----BEGIN PGP SIGNATURE', '\n\n-----BEGIN PGP SIGNATURE'),
      'signature-bad',
    ],
    ['a letter changed', made.replace('disk.img', 'disk.imh'), 'signature-bad'],
    ['blanks before a line', made.replace('\n last', '\n  last'), 'signature-bad'],
    ['an additional escape', made.replace('- -- dashes', '- - -- dashes'), 'signature-bad'],
  ])('%s', (_, document, outcome) => {
    expect(word(tryClearsigned(document, key))).toBe(outcome);
  });
});

test.each([0x00, 0x02, 0x10])('a signature of type 0x%x is not valid for clear text', (type) => {
  expect(word(tryClearsigned(makeClearsigned(text, [pair], { type }), key))).toBe('unsupported');
});

test('the verdict comes with the body', () => {
  const outcome = tryClearsigned(made, key);
  expect(outcome).toMatchObject({ hash: 'sha256', signer: { fingerprint: pair.fingerprint } });
});
