import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatCatalog } from '../../src/catalog/format-catalog.ts';
import { parseCatalog } from '../../src/catalog/parse-catalog.ts';
import { faultsOf } from '../lockfile/json-schema.ts';
import { catalogSample } from './samples.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../schemas/rootdisk.catalog.schema.json', import.meta.url), 'utf8'),
);
const text = formatCatalog(catalogSample);

describe('a catalog', () => {
  test('is read and written back as the same text', () => {
    const parsed = parseCatalog(text, 'c.json');
    expect(parsed).toEqual(catalogSample);
    expect(formatCatalog({ images: [...parsed.images].reverse() })).toBe(text);
    expect(text.split('\n')).toHaveLength(8);
  });

  test('fits its schema', () => {
    expect(faultsOf(schema, JSON.parse(text))).toEqual([]);
    expect(faultsOf(schema, JSON.parse(text.replace('"snapshot"', '"snapshots"')))).not.toEqual([]);
  });

  test.each(['', ' \n', '{"catalogVersion":1,"images":[]}'])('without images: %j', (empty) => {
    expect(parseCatalog(empty, 'c.json')).toEqual({ images: [] });
  });

  test('may name its schema', () => {
    const named = text.replace('{', '{"$schema":"./s.json",');
    expect(parseCatalog(named, 'c.json')).toEqual(catalogSample);
    expect(faultsOf(schema, JSON.parse(named))).toEqual([]);
  });
});

describe('is refused, with the place:', () => {
  test.each<[string, string, string, string]>([
    ['text that is not JSON', '"images"', 'images', 'this is not JSON'],
    ['a later version', '"catalogVersion":1', '"catalogVersion":2', 'a later version'],
    ['another version', '"catalogVersion":1', '"catalogVersion":"1"', 'catalogVersion should be 1'],
    ['a misspelt member', '"snapshot":"20260101"', '"snapshots":"x"', 'images[0]'],
    ['two with one name', '"acme-13-tiny"', '"acme-1"', 'images[0] and images[1]'],
    ['an invalid alias', '"acme-1"', '"Acme 1"', 'images[0].alias'],
    ['an unknown vendor', '"vendor":"acme"', '"vendor":"./acme"', 'not a reference of a vendor'],
    ['a short digest', '"sha256:abab', '"sha256:ab', 'images[0].arch.amd64.digest'],
    ['an address with a password', '//images', '//me:secret@images', 'can hold secrets'],
    [
      'an address with another scheme',
      'https://images',
      'ftp://images',
      'should be an https address',
    ],
    ['another architecture', '"amd64"', '"amd65"', 'Did you mean amd64?'],
    ['an invalid date', '"bumpedAt":"2026-07-20"', '"bumpedAt":"July"', 'images[0].bumpedAt'],
    ['a size that is a text', '"sizeBytes":7', '"sizeBytes":"7"', 'images[1].arch.arm64.sizeBytes'],
  ])('%s', (_, from, to, told) => {
    expect(text).toContain(from);
    let thrown: unknown;
    try {
      parseCatalog(text.replace(from, to), '/some/c.json');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'catalog', value: '/some/c.json' },
    });
    const { message, hint } = thrown as { message: string; hint: string };
    expect(`${message} ${hint}`).toContain(told);
  });
});
