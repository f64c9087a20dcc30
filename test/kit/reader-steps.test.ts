import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { parseListing, parseXml, peekSignedText } from '../../src/kit.ts';
import { readKeys, verifyDetached } from '../../verifiers/openpgp/index.ts';
import { flags, makeSelfSignature } from '../verifiers/openpgp/make/key.ts';
import { makeKeyPair, primaryPacket } from '../verifiers/openpgp/make/key-pair.ts';
import { join, makePacket, sub } from '../verifiers/openpgp/make/packet.ts';
import { makeSignature } from '../verifiers/openpgp/make/signature.ts';

/** Number of steps of a reader for a document, refused or not. */
async function stepsOf(read: () => unknown): Promise<number> {
  let total = 0;
  const count = (message: unknown): void => {
    total += Number(Reflect.get(Object(message), 'count'));
  };
  subscribe('rootdisk:reader-steps', count);
  try {
    await Promise.resolve(read()).catch(() => undefined);
  } finally {
    unsubscribe('rootdisk:reader-steps', count);
  }
  return total;
}

const base = new URL('https://images.example/');
const page = (list: string): string => `<title>Index of /</title>${list}`;
const each = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join('');

/** Documents that grow with `size`, written by an attacker who wants to block the reader. */
const readers: [string, (size: number) => unknown][] = [
  ['XML: elements', (n) => parseXml(`<a>${'<b/>'.repeat(n)}</a>`, 'doc')],
  ['XML: attributes', (n) => parseXml(`<a ${each(n, (i) => ` b${i}="c"`)}/>`, 'doc')],
  [
    'XML: namespaces and elements below them',
    (n) => {
      const declared = each(Math.min(n, 64), (i) => ` xmlns:n${i}="x"`);
      return parseXml(`<a${declared}>${'<b/>'.repeat(n)}</a>`, 'doc');
    },
  ],
  [
    'XML: a namespace on each element',
    (n) => parseXml(`<a>${'<b xmlns="x"/>'.repeat(n)}</a>`, 'doc'),
  ],
  [
    'XML: elements below nested ones that declare a namespace each',
    (n) => {
      const nested = each(60, (i) => `<b xmlns:n${i}="x">`);
      return parseXml(`${nested}${'<c/>'.repeat(n)}${'</b>'.repeat(60)}`, 'doc');
    },
  ],
  [
    'listing: links in cells of one row',
    (n) => {
      const cells = each(n, (i) => `<td><a href="f${i}">f</a></td>`);
      return parseListing(page(`<table id="list"><tr>${cells}</tr></table>`), base);
    },
  ],
  [
    'listing: links in one cell',
    (n) => {
      const links = each(n, (i) => `<a href="f${i}">f</a>`);
      return parseListing(page(`<table id="list"><tr><td>${links}</td></tr></table>`), base);
    },
  ],
  [
    'listing: rows',
    (n) => {
      const rows = each(n, (i) => `<tr><td><a href="f${i}">f</a></td><td>1</td></tr>`);
      return parseListing(page(`<table id="list">${rows}</table>`), base);
    },
  ],
  [
    'listing: lines',
    (n) => parseListing(page(`<pre>${each(n, (i) => `<a href="f${i}">f</a>\n`)}</pre>`), base),
  ],
  [
    'signed text: beginnings',
    (n) => peekSignedText('-----BEGIN PGP SIGNED MESSAGE-----\n'.repeat(n)),
  ],
  [
    'signed text: headers',
    (n) => peekSignedText(`-----BEGIN PGP SIGNED MESSAGE-----\n${'Hash: SHA256\n'.repeat(n)}`),
  ],
  ['keys: signatures by one key', (n) => verifyMany(n, 100)],
  ['keys: user IDs of the key that signed', (n) => verifyMany(4, n / 2)],
];

const pair = makeKeyPair();
const document = Buffer.from('a list\n');

/** This many signatures of a document by a key with this many user IDs. */
function verifyMany(signatures: number, userIds: number): unknown {
  const ids = Array.from({ length: userIds }, (_, index) => {
    const name = `user ${index}`;
    const self = makeSelfSignature(pair, name, { hashed: [sub.flags(flags.both)] });
    return join(makePacket(13, Buffer.from(name)), self);
  });
  const { keys } = readKeys(join(primaryPacket(pair), ...ids));
  const all = join(...Array.from({ length: signatures }, () => makeSignature(pair, document)));
  const policy = { now: new Date('2026-11-20'), name: 'a list' };
  return verifyDetached(document, all, keys, policy);
}

describe('twice the document is at most two and a half times the work', () => {
  test.each(readers)('%s', async (title, read) => {
    const size = title.startsWith('keys: signatures') ? 4 : title.startsWith('keys') ? 80 : 400;
    const [once, twice] = [await stepsOf(() => read(size)), await stepsOf(() => read(size * 2))];
    expect(once).toBeGreaterThan(0);
    expect(twice / once).toBeLessThanOrEqual(2.5);
  });
});

test('more namespaces than in real documents are refused', async () => {
  const text = `<a>${each(65, (i) => `<b xmlns:n${i}="x"/>`)}</a>`;
  await expect(parseXml(text, 'doc')).rejects.toThrow(/more than 64 namespaces/);
});

test('a user ID that is too long is skipped and has no effect', () => {
  const long = 'x'.repeat(9000);
  const key = join(
    primaryPacket(pair),
    makePacket(13, Buffer.from(long)),
    makeSelfSignature(pair, long),
  );
  const { keys, notes } = readKeys(key);
  expect(keys.map(({ userIds }) => userIds)).toEqual([[]]);
  expect(notes).toContainEqual(expect.stringContaining('too long'));
});

test.each([
  ['\n', 'a\n- b\n', 'a\n- b\n'],
  ['\r\n', 'a\r\n', 'a\r\n'],
])('text before a signature is the text between the frames', (end, body, expected) => {
  const escaped = body.replace(/^-/gm, '- -');
  const frame = ['-----BEGIN PGP SIGNED MESSAGE-----', 'Hash: SHA256', '', ''].join(end);
  const text = `${frame}${escaped}-----BEGIN PGP SIGNATURE-----${end}`;
  expect(peekSignedText(text)).toBe(expected);
  expect(peekSignedText('no frame\n')).toBe('no frame\n');
});
