import { describe, expect, test } from 'vitest';
import {
  isMinisign,
  openMinisign,
  readMinisignKeys,
  verifyMinisign,
} from '../../../verifiers/minisign/index.ts';
import { makeSigner, signMinisign, signSignify } from '../make-ed25519.ts';
import { reasonOf } from '../refusal.ts';

const signer = makeSigner('866f359dcafcfca3');
const id = 'A3FCFCCA9D356F86';
const { keys } = readMinisignKeys(signer.publicFile);
const body = Buffer.from('sha256 of a disk\n');
const file = signMinisign(signer, body);
const old = signMinisign(signer, body, { algorithm: 'Ed' });
const policy = { now: new Date('2026-11-20'), name: 'sha256sum.txt' };
const bytes = (text: string) => Buffer.from(text, 'utf8');

test.each([
  ['with a prehash', file],
  ['without one', old],
  ['with CRLF', file.replaceAll('\n', '\r\n')],
  ['without a last line end', file.trimEnd()],
])('accepts a signature %s, with the time of its trusted comment', (_, signature) => {
  expect(verifyMinisign(body, bytes(signature), keys, { ...policy, signers: [id] })).toEqual({
    signer: { fingerprint: id },
    signedAt: new Date(1_700_000_000_000),
    warnings: [],
  });
});

test.each([
  ['prehashed', file],
  ['old', old],
])('accepts a document in chunks: %s', (_, signature) => {
  const check = openMinisign(bytes(signature), keys, policy);
  for (const value of body) check.update(Uint8Array.of(value));
  expect(check.finish().signer.fingerprint).toBe(id);
});

test.each([
  ['no time', 'a comment of the signer', undefined],
  ['an empty comment', '', undefined],
  ['a word with the same end', 'xtimestamp:1', undefined],
  ['the time at any place', 'file:disk timestamp:86400', new Date(86_400_000)],
  ['letters beyond ASCII', 'für timestamp:86400', new Date(86_400_000)],
])('reads a trusted comment with %s', (_, trustedComment, signedAt) => {
  const signature = signMinisign(signer, body, { trustedComment });
  expect(verifyMinisign(body, bytes(signature), keys, policy).signedAt).toEqual(signedAt);
});

test('allows clocks that differ by minutes, not more', () => {
  const check = (now: string) =>
    reasonOf(() => verifyMinisign(body, bytes(file), keys, { ...policy, now: new Date(now) }));
  expect(check('2023-11-14T22:10:00Z')).toBe('holds');
  expect(check('2023-11-14T22:00:00Z')).toBe('signed-in-future');
});

const lines = file.split('\n');
const [comment = '', line = '', trusted = '', global = ''] = lines;
const withLine = (at: number, text: string) =>
  [...lines.slice(0, at), text, ...lines.slice(at + 1)].join('\n');
const flipped = (text: string, at: number) => {
  const raw = Buffer.from(text, 'base64');
  raw[at] = (raw[at] ?? 0) ^ 1;
  return raw.toString('base64');
};

describe('refuses', () => {
  test.each([
    ['an empty file', '', 'malformed'],
    ['no untrusted comment', lines.slice(1).join('\n'), 'malformed'],
    ['two lines', `${comment}\n${line}\n`, 'malformed'],
    ['three lines', `${comment}\n${line}\n${trusted}\n`, 'malformed'],
    ['a fifth line', `${file}more\n`, 'malformed'],
    ['a signify signature', signSignify(signer, body), 'malformed'],
    ['a short signature', withLine(1, line.slice(0, -4)), 'malformed'],
    ['a short global signature', withLine(3, global.slice(0, -4)), 'malformed'],
    ['base64 that is not canonical', withLine(3, `${global} `), 'malformed'],
    ['another word for trusted', withLine(2, trusted.replace('trusted', 'Trusted')), 'malformed'],
    ['an endless comment', withLine(2, `${trusted}${'x'.repeat(40_000)}`), 'malformed'],
    ['another algorithm', signMinisign(signer, body, { algorithm: 'EX' }), 'unsupported'],
    ['another key number', withLine(1, flipped(line, 9)), 'signer-unknown'],
    ['another signature', withLine(1, flipped(line, 10)), 'signature-bad'],
    ['another global signature', withLine(3, flipped(global, 0)), 'signature-bad'],
    ['another trusted comment', withLine(2, `${trusted}x`), 'signature-bad'],
    [
      'a global signature of another comment',
      signMinisign(signer, body, { covered: 'x' }),
      'signature-bad',
    ],
    ['the algorithm without the hash', withLine(1, line.replace(/^RU/, 'RW')), 'signature-bad'],
    ['a signature of something else', signMinisign(signer, Buffer.from('x')), 'signature-bad'],
    [
      'tomorrow',
      signMinisign(signer, body, { trustedComment: 'timestamp:1800000000' }),
      'signed-in-future',
    ],
    [
      'a time in the far future',
      signMinisign(signer, body, { trustedComment: 'timestamp:99999999999' }),
      'signed-in-future',
    ],
  ])('%s', (_, signature, reason) => {
    expect(reasonOf(() => verifyMinisign(body, bytes(signature), keys, policy))).toBe(reason);
  });

  test('the global signature of another signature of the same key', () => {
    const [, , , foreign = ''] = signMinisign(signer, Buffer.from('x')).split('\n');
    const mixed = bytes(withLine(3, foreign));
    expect(reasonOf(() => verifyMinisign(body, mixed, keys, policy))).toBe('signature-bad');
  });

  test('a key that is not pinned, before it reads the document', () => {
    const other = readMinisignKeys(makeSigner('0000000000000001').publicFile).keys;
    expect(reasonOf(() => openMinisign(bytes(file), other, policy))).toBe('signer-unknown');
    const pinned = { ...policy, signers: ['0100000000000000'] };
    expect(reasonOf(() => openMinisign(bytes(file), keys, pinned))).toBe('signer-unknown');
  });

  test('an old signature over more than can be held, although a document in memory may be longer', () => {
    const chunk = new Uint8Array(33 * 1024 * 1024);
    const long = Buffer.concat([chunk, chunk]);
    const signature = bytes(signMinisign(signer, long, { algorithm: 'Ed' }));
    const check = openMinisign(signature, keys, policy);
    check.update(chunk);
    expect(reasonOf(() => check.update(chunk))).toBe('unsupported');
    expect(verifyMinisign(long, signature, keys, policy).signer.fingerprint).toBe(id);
  });
});

test('a file that is cut at any place', () => {
  for (let length = 0; length < file.length - 1; length += 1) {
    const cut = bytes(file.slice(0, length));
    expect(reasonOf(() => verifyMinisign(body, cut, keys, policy))).not.toBe('holds');
  }
});

test('recognises signatures from their lines', () => {
  expect(isMinisign(bytes(file))).toBe(true);
  expect(isMinisign(bytes(old))).toBe(true);
  expect(isMinisign(bytes(signSignify(signer, body)))).toBe(false);
  expect(isMinisign(bytes(signer.publicFile))).toBe(false);
  expect(isMinisign(new Uint8Array(0))).toBe(false);
});
