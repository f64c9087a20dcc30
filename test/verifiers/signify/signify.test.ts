import { describe, expect, test } from 'vitest';
import {
  isSignify,
  openSignify,
  readSignifyKeys,
  verifyEmbedded,
  verifySignify,
} from '../../../verifiers/signify/index.ts';
import { makeSigner, signMinisign, signSignify } from '../make-ed25519.ts';
import { reasonOf } from '../refusal.ts';

const signer = makeSigner();
const id = 'E4BB09F899BABCA2';
const { keys } = readSignifyKeys(signer.publicFile);
const body = Buffer.from('SHA256 (install.img) = 00\n');
const file = signSignify(signer, body);
const policy = { now: new Date('2026-11-20'), name: 'SHA256' };
const bytes = (text: string) => Buffer.from(text, 'latin1');

test('accepts a detached signature', () => {
  expect(verifySignify(body, bytes(file), keys, policy)).toEqual({
    signer: { fingerprint: id },
    warnings: [],
  });
});

test('returns only the message of an embedded signature', () => {
  const document = Buffer.concat([bytes(file), body]);
  const { body: signed, signer: who } = verifyEmbedded(document, keys, policy);
  expect(Buffer.from(signed).toString()).toBe(body.toString());
  expect(who.fingerprint).toBe(id);
});

test('accepts a document in chunks whose memory is reused', () => {
  const check = openSignify(bytes(file), keys, { ...policy, signers: [id] });
  const chunk = Buffer.alloc(1);
  for (const value of body) {
    chunk[0] = value;
    check.update(chunk);
  }
  expect(check.finish().signer.fingerprint).toBe(id);
});

test('finds the right one of two keys with the same number', () => {
  const twin = readSignifyKeys(makeSigner().publicFile).keys;
  expect(verifySignify(body, bytes(file), [...twin, ...keys], policy).signer.fingerprint).toBe(id);
  expect(reasonOf(() => verifySignify(body, bytes(file), twin, policy))).toBe('signature-bad');
});

const [comment = '', line = ''] = file.split('\n');
const flipped = (at: number) => {
  const raw = Buffer.from(line, 'base64');
  raw[at] = (raw[at] ?? 0) ^ 1;
  return `${comment}\n${raw.toString('base64')}\n`;
};

describe('refuses', () => {
  test.each([
    ['an empty file', '', 'malformed'],
    ['only a comment', `${comment}\n`, 'malformed'],
    ['no comment', `${line}\n`, 'malformed'],
    ['another comment', file.replace('untrusted', 'trusted'), 'malformed'],
    ['a short signature', `${comment}\n${line.slice(0, -4)}\n`, 'malformed'],
    ['a long signature', `${comment}\n${line}AAAA\n`, 'malformed'],
    ['base64 that is not canonical', `${comment}\n ${line}\n`, 'malformed'],
    ['characters that are not base64', `${comment}\n${line.replace(/^./, '*')}\n`, 'malformed'],
    ['a public key', signer.publicFile, 'malformed'],
    ['a third line', `${file}more\n`, 'malformed'],
    ['a comment without an end', `untrusted comment: ${'x'.repeat(100_000)}`, 'malformed'],
    ['another algorithm', signSignify(signer, body, { algorithm: 'ED' }), 'unsupported'],
    ['another key number', flipped(2), 'signer-unknown'],
    ['another R', flipped(10), 'signature-bad'],
    ['another S', flipped(73), 'signature-bad'],
    ['a signature of something else', signSignify(signer, Buffer.from('x')), 'signature-bad'],
    ['a minisign signature', signMinisign(signer, body, { algorithm: 'Ed' }), 'malformed'],
  ])('%s', (_, signature, reason) => {
    expect(reasonOf(() => verifySignify(body, bytes(signature), keys, policy))).toBe(reason);
  });

  test('a document with any byte changed', () => {
    const other = Uint8Array.from(body);
    other.forEach((value, at) => {
      other[at] = value ^ 1;
      const document = Buffer.concat([bytes(file), other]);
      expect(reasonOf(() => verifyEmbedded(document, keys, policy))).toBe('signature-bad');
      other[at] = value;
    });
  });

  test('a given key that may not sign', () => {
    const check = () => verifySignify(body, bytes(file), keys, { ...policy, signers: ['00'] });
    expect(reasonOf(check)).toBe('signer-unknown');
    expect(check).toThrow(id);
  });

  test('a document in chunks that is too long to hold, unless the caller allows more memory', () => {
    const check = openSignify(bytes(file), keys, policy);
    const chunk = new Uint8Array(16 * 1024 * 1024);
    const feed = () => Array.from({ length: 5 }, () => check.update(chunk));
    expect(reasonOf(feed)).toBe('unsupported');
  });
});

test('a file that is cut at any place', () => {
  const document = Buffer.concat([bytes(file), body]);
  for (let length = 0; length < document.length; length += 1) {
    const cut = document.subarray(0, length);
    expect(reasonOf(() => verifyEmbedded(cut, keys, policy))).not.toBe('holds');
  }
});

test('recognises signatures from their lines', () => {
  expect(isSignify(bytes(file))).toBe(true);
  expect(isSignify(Buffer.concat([bytes(file), body]))).toBe(true);
  expect(isSignify(bytes(signMinisign(signer, body)))).toBe(false);
  expect(isSignify(bytes(signMinisign(signer, body, { algorithm: 'Ed' })))).toBe(false);
  expect(isSignify(bytes(signer.publicFile))).toBe(false);
  expect(isSignify(new Uint8Array(0))).toBe(false);
});

test('reads keys with and without their comment, several at once; other text gives a note', () => {
  const other = makeSigner('0000000000000001');
  const idsOf = (material: string) => readSignifyKeys(material).keys.map((key) => key.id);
  expect(idsOf(signer.publicFile + other.publicFile)).toEqual([id, '0000000000000001']);
  expect(idsOf(signer.publicFile.replaceAll('\n', '\r\n'))).toEqual([id]);
  expect(idsOf(signer.publicFile.split('\n')[1] ?? '')).toEqual([id]);
  const line = signer.publicFile.split('\n')[1] ?? '';
  expect(idsOf(line.replace(/^RW./, 'RWU'))).toEqual([]);
  expect(readSignifyKeys(Buffer.from('-----BEGIN PGP')).notes).toHaveLength(1);
  expect(readSignifyKeys(new Uint8Array(2 ** 21))).toEqual({
    keys: [],
    notes: [expect.any(String)],
  });
});
