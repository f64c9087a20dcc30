import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { formatTag, isDigestTag, parseTag } from '../../../src/oci/layout/tag.ts';

/** From the distribution specification. */
const tagGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

const letters = constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789._+~-');
const cacheNames = string({ unit: letters, minLength: 1, maxLength: 160 });
const anyNames = oneof(string({ unit: 'binary', maxLength: 160 }), cacheNames);

test('the name of an image is readable in its tag', () => {
  expect(formatTag('debian_12_genericcloud_amd64_20260101-1')).toBe(
    'debian_12_genericcloud_amd64_20260101-1',
  );
  expect(formatTag('talos_1.9_nocloud_amd64_+41b+p01234567~89abcdef')).toBe(
    'talos_1.9_nocloud_amd64_P41bPp01234567T89abcdef',
  );
});

test('every name has a tag that registries accept', () => {
  assert(property(anyNames, (name) => tagGrammar.test(formatTag(name))));
});

test('a tag gives its name, or it is the tag of a digest', () => {
  assert(
    property(anyNames, (name) => {
      const tag = formatTag(name);
      return isDigestTag(tag) ? parseTag(tag) === undefined : parseTag(tag) === name;
    }),
  );
});

test('different names have different tags', () => {
  assert(
    property(
      anyNames,
      anyNames,
      (one, other) => one === other || formatTag(one) !== formatTag(other),
    ),
  );
});

test('only a tag written by formatTag gives a name', () => {
  assert(
    property(string({ unit: constantFrom(...'abPTXZ01._-'), maxLength: 140 }), (tag) => {
      const name = parseTag(tag);
      return name === undefined || formatTag(name) === tag;
    }),
  );
});

test.each([
  ['longer than a tag may be', 'a'.repeat(129)],
  ['with a capital', 'debian_12_Generic_amd64_1'],
  ['that begins with a dash', '-debian_12__amd64_1'],
  ['that looks like the tag of a digest', `sha256-${'0'.repeat(64)}`],
  ['that is empty', ''],
])('a name %s has the tag of its digest', (_, name) => {
  expect(isDigestTag(formatTag(name))).toBe(true);
  expect(formatTag(name)).not.toBe(name);
});

test('a name of 128 characters is its own tag', () => {
  expect(formatTag('a'.repeat(128))).toBe('a'.repeat(128));
});

test.each(['latest', 'v1', 'sha256-00.sig', 'HERD', 'a.Q'])('the tag %s', (tag) => {
  expect(parseTag(tag)).toBe(/[A-Z]/.test(tag) ? undefined : tag);
});
