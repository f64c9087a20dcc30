import { describe, expect, test } from 'vitest';
import { compareEntries, splitBootCounter } from '../../../src/disk/boot/systemd/entry-order.ts';
import { matchesGlob, parseLoaderConf } from '../../../src/disk/boot/systemd/loader-conf.ts';
import { compareBootVersions } from '../../../src/disk/boot/version-order.ts';
import { bootOf, esp, kernel, osRelease, refusalOf, startOf, xbootldr } from './boot-disk.ts';
import type { MemoryFiles } from './memory-files.ts';

const entry = (lines: Record<string, string>): string => {
  return Object.entries(lines)
    .map(([key, value]) => `${key}\t${value}\n`)
    .join('');
};
/** An ESP with these entries and their kernels. */
const espOf = (entries: Record<string, string>, more: MemoryFiles = {}) => ({
  type: esp,
  files: {
    'EFI/systemd/systemd-bootx64.efi': 'MZ',
    ...Object.fromEntries(
      Object.entries(entries).map(([name, text]) => [`loader/entries/${name}`, text]),
    ),
    'k/linux': kernel,
    'k/initrd': 'i',
    'k/ucode': 'u',
    ...more,
  },
});
const ids = async (entries: Record<string, string>, more?: MemoryFiles) => {
  const { menu } = await bootOf([espOf(entries, more), { files: osRelease }]);
  return menu.map(({ id, isDefault }) => (isDefault ? `*${id}` : id));
};

test('an entry: its files in order, its lines of options joined', async () => {
  const text = [
    '# a comment',
    'title Acme 1',
    'version 1.0',
    'linux k/linux',
    'initrd /k/ucode',
    'initrd /k/initrd',
    'options  root=LABEL=x   ro',
    'options quiet',
  ].join('\r\n');
  const disk = [espOf({ 'a.conf': text }), { files: osRelease, fileSystem: { label: 'x' } }];
  expect(await startOf(disk)).toEqual([
    'p1:/k/linux',
    'p1:/k/ucode',
    'p1:/k/initrd',
    'root=LABEL=x ro quiet',
  ]);
  expect(await bootOf(disk)).toMatchObject({
    entry: { loader: 'bls', id: 'a', title: 'Acme 1', version: '1.0', isDefault: true },
    system: { id: 'acme', version: '7' },
    warnings: [],
  });
});

describe('the order and the default', () => {
  const linux = '/k/linux';
  test('sort keys first, higher versions first, entries that failed too often last', async () => {
    expect(
      await ids({
        'b.conf': entry({ linux }),
        'a-9.conf': entry({ linux }),
        'a-10.conf': entry({ linux }),
        'k1.conf': entry({ 'sort-key': 'acme', version: '6.9', linux }),
        'k2.conf': entry({ 'sort-key': 'acme', version: '6.10', linux }),
        'k3+0-3.conf': entry({ 'sort-key': 'acme', version: '7', linux }),
      }),
    ).toEqual(['*k2', 'k1', 'b', 'a-10', 'a-9', 'k3']);
  });

  test('loader.conf names the default by a pattern, in upper or lower case', async () => {
    const entries = { 'a-1.conf': entry({ linux }), 'a-2+3.conf': entry({ linux }) };
    const conf = (text: string) => ({ 'loader/loader.conf': `timeout 3\ndefault ${text}\n` });
    expect(await ids(entries, conf('A-1*'))).toEqual(['a-2', '*a-1']);
    expect(await ids(entries, conf('a-1'))).toEqual(['a-2', '*a-1']);
    expect(await ids(entries, conf('@saved'))).toEqual(['*a-2', 'a-1']);
    expect(await ids(entries, conf('gone.conf'))).toEqual(['*a-2', 'a-1']);
  });

  test('entries of another architecture, and invalid ones, are not in the menu', async () => {
    expect(
      await ids({
        'a.conf': entry({ linux, architecture: 'x64' }),
        'b.conf': entry({ linux, architecture: 'AA64' }),
        'c.conf': entry({ title: 'nothing to start' }),
        'd.txt': entry({ linux }),
      }),
    ).toEqual(['*a']);
  });

  test('an EFI program as default gives a warning', async () => {
    const entries = { 'a.conf': entry({ linux }), 'z.conf': entry({ efi: '/memtest.efi' }) };
    const { entry: started, warnings } = await bootOf([espOf(entries)]);
    expect([started.id, ...warnings]).toEqual(['a', expect.stringContaining('z.conf')]);
  });

  test('entries of a separate /boot are in the same menu', async () => {
    const disk = [
      espOf({ 'a.conf': entry({ linux }) }),
      { type: xbootldr, files: { 'loader/entries/b.conf': entry({ linux: 'l' }), l: kernel } },
    ];
    expect(await startOf(disk)).toEqual(['p2:/l', '-']);
  });
});

describe('refused', () => {
  test.each([
    [
      'a path that leads out of the volume',
      entry({ linux: '/k/../k/linux' }),
      'ERR_UNSAFE_IMAGE unsafe-path',
    ],
    ['a missing kernel', entry({ linux: '/k/none' }), 'ERR_NOT_FOUND /k/none'],
    ['a missing initrd', entry({ linux: '/k/linux', initrd: '/n' }), 'ERR_NOT_FOUND /n'],
    ['an invalid kernel', entry({ linux: '/k/initrd' }), 'ERR_DECODE corrupt-data'],
    ['a folder for a kernel', entry({ linux: '/k' }), 'ERR_DECODE not-a-file'],
    ['a missing image', entry({ uki: '/k/u.efi' }), 'ERR_NOT_FOUND /k/u.efi'],
  ])('%s', async (_, text, refusal) => {
    expect(await refusalOf(bootOf([espOf({ 'a.conf': text })]))).toBe(refusal);
  });
});

test.each([
  ['1~rc1', '1'],
  ['1', '1-2'],
  ['1-2', '1^2'],
  ['1^2', '1.2'],
  ['1.2', '1a'],
  ['1a', '11'],
  ['6.9', '6.10'],
  ['6.09', '6.10'],
  ['1.A', '1.a'],
  ['9'.repeat(30), `1${'0'.repeat(30)}`],
  ['', '1'],
  ['~', ''],
])('the version %s comes before %s', (lower, higher) => {
  expect(Math.sign(compareBootVersions(lower, higher))).toBe(-1);
  expect(Math.sign(compareBootVersions(higher, lower))).toBe(1);
});

test('versions that differ by other characters and leading zeros are equal', () => {
  expect(compareBootVersions('1_02', '1+2')).toBe(0);
});

test.each([
  ['a.conf', { name: 'a.conf' }],
  ['a+3.conf', { name: 'a.conf', triesLeft: 3, triesDone: 0 }],
  ['a+0-5.conf', { name: 'a.conf', triesLeft: 0, triesDone: 5 }],
  ['6.1+deb.efi', { name: '6.1+deb.efi' }],
])('the boot counter of %s', (name, wanted) => {
  expect(splitBootCounter(name)).toEqual(wanted);
});

test('of two images with boot counters, the one with more tries left comes first', () => {
  const names = ['a+1-2.efi', 'a+2-1.efi'].map(splitBootCounter);
  expect(names.sort(compareEntries).map(({ triesLeft }) => triesLeft)).toEqual([2, 1]);
});

test.each([
  ['Talos-*.efi', 'Talos-v1.11.5.efi', true],
  ['talos-?1.efi', 'TALOS-v1.efi', true],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a', 'ab', false],
  ['*b*', 'abc', true],
  ['', '', true],
  [`${'*a'.repeat(200)}b`, 'a'.repeat(2000), false],
])('the pattern %s', (pattern, text, matches) => {
  expect(matchesGlob(pattern, text)).toBe(matches);
});

test('a line of blanks in loader.conf is a line', () => {
  const { isDefault } = parseLoaderConf(`default a${' '.repeat(500_000)}b\ndefault x \r\n`);
  expect(isDefault?.('x.conf')).toBe(true);
});

test('the last default of loader.conf is used, and a comment is ignored', () => {
  const { isDefault } = parseLoaderConf('default a\n#default c\n  default b*  \n');
  expect(['a.conf', 'b2.conf', 'c.conf'].map((name) => isDefault?.(name))).toEqual([
    false,
    true,
    false,
  ]);
});
