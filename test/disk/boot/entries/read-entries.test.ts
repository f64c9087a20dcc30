import { expect, test } from 'vitest';
import { readEntries } from '../../../../src/disk/boot/entries/read-entries.ts';
import { type MemoryFiles, memoryFileSystem } from '../memory-files.ts';

const folder = '/loader/entries';

test('the entries of a folder, by name', async () => {
  const files = memoryFileSystem({
    '/loader': '-> loader.1',
    '/loader.1/entries/b.conf': 'title B\nlinux /b\n',
    '/loader.1/entries/A.CONF': 'title A\nlinux /a\n',
    '/loader.1/entries/c.txt': 'title C\nlinux /c\n',
    '/loader.1/entries/.conf': 'title none\nlinux /none\n',
    '/loader.1/entries/folder.conf/x': '',
    '/loader.1/entries/gone.conf': '-> nowhere',
    '/loader.1/entries/into.conf': '-> folder.conf',
  });
  expect(await readEntries(files, folder)).toEqual([
    { name: 'A', entry: { title: 'A', linux: '/a', initrd: [] } },
    { name: 'b', entry: { title: 'B', linux: '/b', initrd: [] } },
  ]);
});

test('a missing folder, and a file in its place', async () => {
  expect(await readEntries(memoryFileSystem({ [folder]: '' }), folder)).toBeUndefined();
  expect(await readEntries(memoryFileSystem({ '/etc/fstab': '' }), folder)).toBeUndefined();
});

test('too many entries, and one that is too long, are refused', async () => {
  const many: Record<string, string> = {};
  for (let i = 0; i <= 1000; i += 1) many[`${folder}/${i}.conf`] = '';
  const long: MemoryFiles = { [`${folder}/long.conf`]: ' '.repeat(70_000) };
  for (const files of [many, long]) {
    await expect(readEntries(memoryFileSystem(files), folder)).rejects.toMatchObject({
      details: { reason: 'limit' },
    });
  }
});
