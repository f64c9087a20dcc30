import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatLockFile } from '../../src/lockfile/format.ts';
import type { LockFile } from '../../src/lockfile/lock-file.ts';
import { parseLockFile } from '../../src/lockfile/parse.ts';
import { faultsOf } from './json-schema.ts';
import { bareEntry, bareImage, fullImage, sample } from './samples.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../schemas/rootdisk.lock.schema.json', import.meta.url), 'utf8'),
);
const parse = (text: string): LockFile => parseLockFile(text, 'rootdisk.lock.json');
const text = formatLockFile(sample);

test('a lock file is read back as written, and written again as the same text', () => {
  expect(parse(text)).toEqual(sample);
  expect(formatLockFile(parse(text))).toBe(text);
  const empty = { $schema: './schema.json', images: [] };
  expect(parse(formatLockFile(empty))).toEqual(empty);
});

test('the order of entries, architectures and members is fixed, for any order of the input', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
    const pairs = Object.entries(value).map(([name, inner]) => [name, reversed(inner)] as const);
    return Object.fromEntries(pairs.reverse());
  };
  const images = sample.images.map((entry) => reversed(entry)).reverse();
  expect(formatLockFile(parse(JSON.stringify({ images, lockfileVersion: 1 })))).toBe(text);
});

test('one value for each line, with version, snapshot and digests next to each other', () => {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.includes('"snapshot": "20260712-2537"'));
  expect(lines.slice(at - 1, at + 3).map((line) => line.trim())).toEqual([
    '"version": "13.1",',
    '"snapshot": "20260712-2537",',
    '"digests": [',
    `"${fullImage.digests[0]}",`,
  ]);
  expect(lines.filter((line) => (line.match(/": /g) ?? []).length > 1)).toEqual([]);
});

test('every written file fits the published schema', () => {
  expect(faultsOf(schema, JSON.parse(text))).toEqual([]);
});

const changed = (change: object): string => {
  const architectures = { amd64: { ...bareImage, ...change } };
  return JSON.stringify({ lockfileVersion: 1, images: [{ ...bareEntry, architectures }] });
};

test.each<[string, string, string, string]>([
  ['a typo', changed({ digset: [] }), 'amd64 has an unknown member "digset"', 'digests'],
  ['an empty list of digests', changed({ digests: [] }), 'digests has no digest', ''],
  ['md5', changed({ digests: ['md5:00'] }), 'digests[0] should be a sha256 or sha512', ''],
  ['a password', changed({ url: 'https://u:p@a.example/x' }), 'url has user info', ''],
  ['a query', changed({ mirrors: ['https://a.example/?token=1'] }), 'mirrors[0] has user info', ''],
  ['a path', changed({ fileName: '../x' }), 'fileName should be the name of a file', ''],
  ['a number as snapshot', changed({ snapshot: 20260101 }), 'snapshot should be a string', ''],
  ['an unknown level', changed({ trust: { level: 'high' } }), 'trust.level should be one of', ''],
  ['an invalid date', changed({ guest: { eol: 'soon' } }), 'guest.eol should be a day', ''],
  ['no time', changed({ locked: undefined }), 'locked should be a time', ''],
])('a manual lock file with %s is refused, and does not fit the schema', (_, by, message, hint) => {
  expect(() => parse(by)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
  expect(faultsOf(schema, JSON.parse(by))).not.toEqual([]);
});

test.each<[string, object, string, string]>([
  ['an unknown member', { imagse: [] }, 'unknown member "imagse"', 'images'],
  [
    'a later version',
    { lockfileVersion: 2, pins: {} },
    'a later version of this package',
    'Install',
  ],
  ['no version', { lockfileVersion: undefined }, 'lockfileVersion should be 1', ''],
  [
    'two entries with one name',
    { images: [bareEntry, bareEntry] },
    'images[0] and images[1] both have the alias "acme-1"',
    'Rename',
  ],
  ['a bad alias', { images: [{ ...bareEntry, alias: 'Acme 1' }] }, 'images[0].alias', '1 to 64'],
  ['a local file', { images: [{ ...bareEntry, request: './x.raw' }] }, 'names a local file', ''],
  ['a bad reference', { images: [{ ...bareEntry, request: 'a b' }] }, 'images[0].request', ''],
  [
    'an unknown architecture',
    { images: [{ ...bareEntry, architectures: { amd46: bareImage } }] },
    'unknown member "amd46"',
    'amd64',
  ],
  ['no architecture', { images: [{ ...bareEntry, architectures: {} }] }, 'no architecture', ''],
])('a lock file with %s is refused with its name', (_, change, message, hint) => {
  const by = JSON.stringify({ lockfileVersion: 1, images: [], ...change });
  expect(() => parse(by)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
      details: { field: 'lockfile', value: 'rootdisk.lock.json' },
    }),
  );
});

test('text that is not JSON is refused with the place', () => {
  expect(() => parse('{ "lockfileVersion": 1, }')).toThrow(
    /rootdisk\.lock\.json: this is not JSON/,
  );
});
