import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkBundleName, findBundle, parseBundleCatalog } from '../../src/core.ts';

const one = {
  name: 'web',
  tarball_url: 'https://bundles.example/web.tar.zst',
  tarball_sha256: 'ab'.repeat(32),
};

function parse(...entries: object[]): ReturnType<typeof parseBundleCatalog> {
  return parseBundleCatalog(JSON.stringify({ version: 1, entries }), 'bundles.json');
}

describe('a bundle catalog', () => {
  test.each(['', ' \n', '{ "version": 1, "entries": [] }', '{ "version": 1 }'])(
    'is empty for %j',
    (text) => {
      expect(parseBundleCatalog(text)).toEqual({ version: 1, entries: [] });
    },
  );

  test('adds defaults for missing fields, and ignores unknown ones', () => {
    expect(parse({ ...one, own: true, kernel_ref: '', size_bytes: 0 }).entries).toEqual([
      {
        ...{ name: 'web', kind: 'image', arch: 'amd64', members: [] },
        ...{ url: new URL(one.tarball_url), sha256: one.tarball_sha256 },
      },
    ]);
  });

  test('may have one name for several architectures', () => {
    const catalog = parse({ ...one, arch: 'x86_64' }, { ...one, arch: 'aarch64' });
    expect(findBundle(catalog, 'web', { arch: 'arm64' }).arch).toBe('arm64');
    expect(findBundle(catalog, 'web').arch).toBe('amd64');
  });

  test.each([
    [
      'two entries with one name',
      [one, { ...one, arch: 'x86_64' }],
      'two entries are called web for amd64',
    ],
    ['an unsafe name', [{ ...one, name: '../web' }], 'is not the name of a bundle'],
    ['no name', [{ ...one, name: undefined }], 'entries[0].name'],
    ['another scheme', [{ ...one, tarball_url: 'file:///etc/passwd' }], 'entries[0].tarball_url'],
    ['no digest', [{ ...one, tarball_sha256: '' }], 'entries[0].tarball_sha256'],
    ['a short digest', [{ ...one, tarball_sha256: 'ab' }], 'entries[0].tarball_sha256'],
    ['a negative size', [{ ...one, size_bytes: -1 }], 'entries[0].size_bytes'],
    ['an unknown kind', [{ ...one, kind: 'disk' }], 'entries[0].kind should be image or kernel'],
    ['an unknown member', [{ ...one, members: ['modules'] }], 'entries[0].members[0]'],
    ['an unknown architecture', [{ ...one, arch: 'pdp11' }], 'pdp11'],
    ['an entry that is a list', [[]], 'entries[0] should be an object'],
  ])('is refused with %s', (_, entries, message) => {
    expect(() => parse(...entries)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_REQUEST',
        message: expect.stringContaining(message),
      }),
    );
    expect(() => parse(...entries)).toThrow('bundles.json: ');
  });

  test.each([
    ['{ "version": 2, "entries": [] }', 'version 2 is not known'],
    ['{ "entries": [] }', 'version undefined is not known'],
    ['{ "version": 1, "entries": {} }', 'entries should be a list'],
    ['[]', 'the catalog should be an object'],
    ['{', 'it is not JSON'],
  ])('is refused as %s', (text, message) => {
    expect(() => parseBundleCatalog(text)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_REQUEST',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('findBundle', () => {
  const catalog = parse(one, { ...one, name: 'generic', kind: 'kernel' });

  test.each([
    ['absent', {}, { field: 'release', known: ['web'] }],
    ['generic', {}, { field: 'release', known: ['web'] }],
    ['web', { kind: 'kernel' }, { field: 'kernel', known: ['generic'] }],
    ['web', { arch: 's390x' }, { field: 'arch', known: ['amd64'] }],
  ] as const)('%s %j is not found', (name, options, details) => {
    expect(() => findBundle(catalog, name, options)).toThrow(
      expect.objectContaining({
        code: 'ERR_NOT_FOUND',
        details: expect.objectContaining(details),
      }),
    );
  });
});

test.each(['a', '0', 'A.b_c-d', 'x'.repeat(64)])('%s is the name of a bundle', (name) => {
  expect(checkBundleName(name)).toBe(name);
});

test.each(['', '.a', '-a', '_a', 'a/b', 'a b', 'a:b', 'ä', 'a\n', 'x'.repeat(65)])(
  '%j is not the name of a bundle',
  (name) => {
    expect(() => checkBundleName(name)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
    );
  },
);

test('the schema and the reader require the same', () => {
  const path = new URL('../../schemas/rootdisk.bundles.schema.json', import.meta.url);
  const { $defs } = JSON.parse(readFileSync(path, 'utf8'));
  expect($defs.entry.required).toEqual(Object.keys(one));
  const known = 'name kind version distro arch kernel_ref cmdline members description';
  expect(Object.keys($defs.entry.properties).sort()).toEqual(
    [...known.split(' '), 'tarball_url', 'tarball_sha256', 'size_bytes'].sort(),
  );
});
