import { describe, expect, test } from 'vitest';
import { bootOf, kernel, osRelease, refusalOf, startOf } from './boot-disk.ts';
import type { MemoryFiles } from './memory-files.ts';

const disk = (config: string, more: MemoryFiles = {}, path = 'boot/extlinux/extlinux.conf') => [
  {
    files: {
      ...osRelease,
      [path]: config,
      'boot/extlinux/k': kernel,
      'boot/extlinux/i': 'i',
      'boot/extlinux/j': 'j',
      'boot/k2': kernel,
      ...more,
    },
  },
];

test('keywords in any case, paths from the folder of the file or from the top', async () => {
  const config = [
    'Default two',
    'label one',
    ' linux /boot/k2',
    'LABEL two',
    '  MENU LABEL ^Second',
    '  Kernel k',
    '  INITRD i, ../extlinux/j',
    '  APPEND  root=/dev/vda1   ro',
  ].join('\n');
  const { entry, menu } = await bootOf(disk(config));
  expect(entry).toMatchObject({ loader: 'extlinux', id: 'two', title: 'Second' });
  expect(menu.map(({ id, isDefault }) => [id, isDefault])).toEqual([
    ['one', false],
    ['two', true],
  ]);
  expect(await startOf(disk(config))).toEqual([
    'p1:/boot/extlinux/k',
    'p1:/boot/extlinux/i',
    'p1:/boot/extlinux/j',
    'root=/dev/vda1 ro',
  ]);
});

describe('the default', () => {
  const labels = 'label a\n linux k\nlabel b\n linux k\n';
  const marked = `${labels} menu default\n`;
  test.each([
    ['the first', labels, 'a'],
    ['the label of DEFAULT', `default b\n${labels}`, 'b'],
    ['the first, after a module', `default menu.c32\n${labels}`, 'a'],
    ['MENU DEFAULT', `default a\n${marked}`, 'b'],
    ['ONTIMEOUT', `ontimeout a\ndefault b\n${marked}`, 'a'],
    [
      'the next kernel, if the default is another program',
      `default m\n${labels}label m\n kernel memtest.bin\n`,
      'a',
    ],
  ])('%s', async (_, config, id) => {
    expect((await bootOf(disk(config))).entry.id).toBe(id);
  });

  test('a missing default is reported, not guessed', async () => {
    const read = bootOf(disk(`default gone\n${labels}`));
    expect(await refusalOf(read)).toBe('ERR_NOT_FOUND');
    await expect(read).rejects.toThrow('no default entry');
  });
});

describe('the command line', () => {
  test.each([
    ['that of all labels', 'append all\nlabel a\n linux k\n', 'all'],
    ['its own', 'append all\nlabel a\n linux k\n append own\n', 'own'],
    ['none', 'append all\nlabel a\n linux k\n append -\n', '-'],
    ['an initrd in it', 'label a\n linux k\n append x initrd=i,j y\n', 'x initrd=i,j y'],
  ])('%s', async (_, config, cmdline) => {
    expect((await startOf(disk(config))).at(-1)).toBe(cmdline);
  });

  test('an initrd in it is used if there is no separate line', async () => {
    const config = 'label a\n linux k\n append initrd=i,j\n';
    expect(await startOf(disk(config))).toHaveLength(4);
    expect(await startOf(disk(`${config} initrd i\n`))).toHaveLength(3);
  });
});

test('included files add labels; the text of a help page has no keywords', async () => {
  const config = 'include more.cfg\ntext help\nlabel no\nendtext\n';
  const more = { 'boot/extlinux/more.cfg': 'default b\nlabel a\n linux k\nlabel b\n linux k\n' };
  const { menu, entry } = await bootOf(disk(config, more));
  expect([menu.length, entry.id]).toEqual([2, 'b']);
});

test.each([
  ['a file that includes itself', 'include extlinux.conf\n', 'ERR_LIMIT limit'],
  ['an included file that is missing', 'include gone\n', 'ERR_NOT_FOUND /boot/extlinux/gone'],
  ['no label', 'default x\n', 'ERR_NOT_FOUND'],
  ['too many initrds', `label a\n linux k\n initrd ${'i,'.repeat(100)}\n`, 'ERR_LIMIT limit'],
  ['more than 1 MiB', '#'.repeat(1024 * 1024 + 1), 'ERR_LIMIT limit'],
])('%s', async (_, config, refusal) => {
  expect(await refusalOf(bootOf(disk(config)))).toBe(refusal);
});

test('a line of a million blanks is read quickly', async () => {
  const config = `label a\n linux k\n append a${' '.repeat(1_000_000)}b\n`;
  expect(await startOf(disk(config))).toEqual(['p1:/boot/extlinux/k', 'a b']);
});

test.each([
  'extlinux.conf',
  'extlinux/extlinux.conf',
  'boot/extlinux.conf',
  'boot/syslinux/syslinux.cfg',
  'syslinux/syslinux.cfg',
  'EFI/BOOT/syslinux.cfg',
])('the place %s', async (path) => {
  const config = 'label a\n linux /boot/k2\n';
  expect((await bootOf(disk(config, {}, path))).entry.loader).toBe('extlinux');
});
