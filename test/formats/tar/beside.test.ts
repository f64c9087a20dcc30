import { describe, expect, test } from 'vitest';
import { tar } from '../../../formats/tar.ts';
import { isImageError, type WantedEntry } from '../../../src/kit.ts';
import { tarArchive, tarFile, tarHeader } from '../make-tar.ts';
import {
  entryOf,
  readArchive,
  sourceOf,
  spoolingContext,
  type Way,
  ways,
} from '../read-archive.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const content = diskLikeBytes(200_000);
const disk = tarFile('disk.raw', content);
const link = (name: string, type = '2'): Uint8Array => tarHeader({ name, type, link: 'disk.raw' });
/** The first bytes of AppleDouble. */
const double = (name: string): Uint8Array =>
  tarFile(name, Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]));

/** The result for a caller who wants one member: its name, or the error. */
async function choose(bytes: Uint8Array, way: Way, wanted: WantedEntry): Promise<string> {
  const context = spoolingContext();
  const names: string[] = [];
  try {
    const entries = tar.entries(sourceOf(bytes, way, context), context, wanted);
    for await (const { name, finish } of entries) {
      names.push(name);
      await finish();
    }
    return names.join();
  } catch (error) {
    if (!isImageError(error)) throw error;
    return `${Reflect.get(error.details, 'reason')}: ${error.message} ${error.hint}`;
  } finally {
    await context.close();
  }
}

describe.each(ways)('beside the disk in a %s is ignored', (way) => {
  test.each<[string, Uint8Array[]]>([
    ['a symbolic link', [link('latest.raw')]],
    ['a hard link', [link('latest.raw', '1')]],
    ['a link to an absolute name', [link('/latest.raw')]],
    ['the same link twice', [link('latest'), link('latest')]],
    ['a device, a pipe', [link('null', '3'), link('pipe', '6')]],
    ['a link in place of a folder', [link('disk')]],
    ['an unsafe folder', [tarHeader({ name: '../a/', type: '5' })]],
    ['AppleDouble', [double('._disk.raw'), double('./folder/._disk.raw')]],
    ['AppleDouble twice', [double('._a'), double('._a')]],
    ['the folder of the Finder', [tarFile('__MACOSX/x', 'x'), link('__MACOSX/y')]],
  ])('%s', async (_, others) => {
    for (const members of [
      [...others, disk],
      [disk, ...others],
    ]) {
      const bytes = tarArchive(...members);
      expect(await readArchive(tar, bytes, way)).toEqual([entryOf('disk.raw', content)]);
      expect(await choose(bytes, way, {})).toBe('disk.raw');
      expect(await choose(bytes, way, { name: 'disk.raw' })).toBe('disk.raw');
    }
  });

  test.each([
    '/etc/passwd',
    '../../evil',
    'C:\\evil',
    'a\\b',
    'line\nbreak',
    `${'x'.repeat(5000)}`,
  ])('a file named %j, if the disk is named', async (name) => {
    const long = tarFile('././@LongLink', `${name}\0`, { type: 'L', magic: 'gnu' });
    for (const bytes of [
      tarArchive(long, tarFile('x', 'x'), disk),
      tarArchive(disk, long, tarFile('x', 'x')),
    ]) {
      expect(await choose(bytes, way, { name: 'disk.raw' })).toBe('disk.raw');
      expect(await choose(bytes, way, {})).toMatch(/^ambiguous-content: .*"disk\.raw".*--entry/);
      expect(await choose(bytes, way, { name: name.slice(0, 200) })).toMatch(/^unsafe-path/);
    }
  });
});

describe.each(ways)('the disk in a %s is refused', (way) => {
  test.each<[string, RegExp, Uint8Array[], WantedEntry?]>([
    ['as a link', /^unsafe-path/, [link('disk.raw')]],
    ['as a hard link', /^unsafe-path/, [link('disk.raw', '1')]],
    ['as a device', /^unsupported-variant/, [link('disk.raw', '4')]],
    ['as one of links only', /^unsafe-path/, [link('a'), link('b', '3')]],
    ['as a link that is named', /^unsafe-path/, [disk, link('a')], { name: 'a' }],
    ['as a pipe that is named', /^unsupported-variant/, [disk, link('a', '6')], { name: 'a' }],
    ['with an absolute name', /^unsafe-path/, [tarFile('/disk.raw', content)]],
    ['through a link', /^unsafe-path/, [link('a'), tarFile('a/b/disk.raw', content)]],
    ['through a later link', /^unsafe-path/, [tarFile('a/b/disk.raw', content), link('a/b')]],
    [
      'through a link, by its name',
      /^unsafe-path: .* "a\/d" .* "a"/,
      [link('a'), tarFile('a/d', content), disk],
      { name: 'a/d' },
    ],
    ['if a link has its name', /^ambiguous-content/, [disk, link('./disk.raw')]],
    [
      'if an absolute name has the same place',
      /^ambiguous-content/,
      [disk, tarFile('/x/../disk.raw', '')],
      { name: 'disk.raw' },
    ],
    ['if there is only AppleDouble', /^$/, [double('._disk.raw')]],
    [
      'if AppleDouble is named',
      /^not-an-image: .*"._disk.raw", only "disk.raw"/,
      [double('._disk.raw'), disk],
      { name: '._disk.raw' },
    ],
    [
      'a link that states data',
      /^unsafe-path: .*500 bytes/,
      [tarHeader({ name: 'l', type: '2', size: 500 })],
    ],
  ])('%s', async (_, answer, members, wanted = {}) => {
    expect(await choose(tarArchive(...members), way, wanted)).toMatch(answer);
  });

  test('without a choice, and every name is in the message', async () => {
    const names = ['b.txt', 'disk.raw', 'a.txt', 'c/d.txt'];
    const bytes = tarArchive(...names.map((name) => tarFile(name, name)), link('l'));
    const answer = await choose(bytes, way, {});
    for (const name of names) expect(answer).toContain(JSON.stringify(name));
    expect(answer).toMatch(/^ambiguous-content: .*--entry/);
    expect(answer).not.toContain('"l"');
  });
});
