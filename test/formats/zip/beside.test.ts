import { describe, expect, test } from 'vitest';
import { zip } from '../../../formats/zip.ts';
import { isImageError, type WantedEntry } from '../../../src/kit.ts';
import { type ZipFields, zipArchive } from '../make-zip.ts';
import { entryOf, readArchive, sourceOf, spoolingContext } from '../read-archive.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const content = diskLikeBytes(100_000);
const disk: ZipFields = { name: 'disk.raw', content };
const link = (name: string): ZipFields => ({
  name,
  content: 'disk.raw',
  method: 0,
  attributes: 0o120777 * 2 ** 16,
});

async function choose(bytes: Uint8Array, wanted: WantedEntry): Promise<string> {
  const context = spoolingContext();
  const names: string[] = [];
  try {
    for await (const entry of zip.entries(sourceOf(bytes, 'file', context), context, wanted)) {
      names.push(entry.name);
      await entry.source.read(0, 10);
      await entry.finish();
    }
    return names.join();
  } catch (error) {
    if (!isImageError(error)) throw error;
    return `${Reflect.get(error.details, 'reason')}: ${error.message} ${error.hint}`;
  } finally {
    await context.close();
  }
}

/** The same archive in the form of a program on this host system. */
function madeOn(host: number, bytes: Uint8Array): Uint8Array {
  const made = Buffer.from(bytes);
  for (
    let at = made.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = made.indexOf('PK\x01\x02', at + 4, 'latin1')
  ) {
    made[at + 5] = host;
  }
  return made;
}

describe('beside the disk is ignored', () => {
  test.each<[string, ZipFields[]]>([
    ['a link', [link('latest.raw')]],
    ['a link to an absolute name', [link('/latest.raw')]],
    ['a pipe', [{ ...link('pipe'), attributes: 0o010644 * 2 ** 16 }]],
    ['an unsafe folder', [{ name: '../a/', method: 0 }]],
    [
      'files that the Finder adds',
      [
        { name: '__MACOSX/', method: 0 },
        { name: '__MACOSX/._disk.raw', content: 'x' },
        { name: '._x' },
      ],
    ],
  ])('%s', async (_, others) => {
    const bytes = zipArchive([...others, disk]);
    expect(await readArchive(zip, bytes)).toEqual([entryOf('disk.raw', content)]);
    expect(await choose(bytes, {})).toBe('disk.raw');
  });

  test.each<[string, ZipFields]>([
    ['a file with an absolute name', { name: '/etc/passwd', content: 'x' }],
    ['a file that leads upwards', { name: '../evil', content: 'x' }],
    ['an encrypted file', { name: 'secret', content: 'x', flags: 1 }],
    ['a file packed with an unknown method', { name: 'odd', content: 'x', method: 77 }],
  ])('%s, if the disk is named', async (_, other) => {
    const bytes = zipArchive([other, disk]);
    expect(await choose(bytes, { name: 'disk.raw' })).toBe('disk.raw');
    expect(await choose(bytes, {})).toMatch(/^ambiguous-content: .*"disk\.raw".*--entry/);
    expect(await choose(bytes, { name: other.name })).toMatch(
      /^(unsafe-path|encrypted|unsupported-feature)/,
    );
  });
});

test.each<[string, RegExp, ZipFields[], WantedEntry?]>([
  ['of links only', /^unsafe-path/, [link('a'), link('b')]],
  [
    'among encrypted files only',
    /^encrypted/,
    [
      { ...disk, flags: 1 },
      { name: 'b', flags: 1 },
    ],
  ],
  ['whose link is named', /^unsafe-path/, [disk, link('a')], { name: 'a' }],
  ['of a path through a link', /^unsafe-path/, [{ ...disk, name: 'a/disk.raw' }, link('a')]],
  ['if a link has its name', /^ambiguous-content/, [disk, link('./disk.raw')]],
  ['with only AppleDouble', /^$/, [{ name: '._disk.raw', content: 'x' }]],
])('a disk %s is refused', async (_, answer, members, wanted = {}) => {
  expect(await choose(zipArchive(members), wanted)).toMatch(answer);
});

describe('names with backslashes', () => {
  const bytes = zipArchive([
    { name: 'image\\', method: 0 },
    { ...disk, name: 'image\\disk.raw' },
  ]);

  test.each([0, 10, 14])('are paths if a program of Windows wrote them (%d)', async (host) => {
    expect(await readArchive(zip, madeOn(host, bytes))).toEqual([
      entryOf('image/disk.raw', content),
    ]);
    expect(await choose(madeOn(host, bytes), { name: 'image/disk.raw' })).toBe('image/disk.raw');
  });

  test('are unsafe if another program wrote them', async () => {
    expect(await choose(madeOn(3, bytes), {})).toMatch(/^(unsafe-path|ambiguous-content)/);
  });

  test.each(['..\\evil', 'a\\..\\..\\evil', '\\\\host\\evil', 'C:\\evil', '\\evil'])(
    'have the same rules: %j',
    async (name) => {
      expect(await choose(madeOn(0, zipArchive([{ ...disk, name }])), {})).toMatch(/^unsafe-path/);
    },
  );

  test('are not a second spelling of another name', async () => {
    const twice = zipArchive([
      { ...disk, name: 'a/disk.raw' },
      { ...disk, name: 'a\\disk.raw' },
    ]);
    expect(await choose(madeOn(0, twice), {})).toMatch(/^ambiguous-content: .*twice/);
  });
});
