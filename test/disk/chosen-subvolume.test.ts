import { expect, test } from 'vitest';
import type { FileNode } from '../../src/contracts/file-system.ts';
import { openSubvolumeOf, parseSubvolume } from '../../src/disk/chosen-subvolume.ts';
import { memoryFileSystem } from './boot/memory-files.ts';

test.each([
  ['defaults', {}],
  ['rw,subvol=/@/home', { subvolume: '@/home' }],
  ['subvol=root,compress=zstd:1', { subvolume: 'root' }],
  ['subvolid=256', { subvolumeId: 256 }],
  ['subvolid=256,subvol=@', { subvolume: '@' }],
  ['subvolid=none', {}],
])('%s', (options, wanted) => {
  expect(parseSubvolume(options.split(','))).toEqual(wanted);
});

test('the content that a mount with it shows', async () => {
  const fileSystem = memoryFileSystem({ 'home/x': '1' }, { id: 'btrfs' });
  const byId = async (id: number): Promise<FileNode> => {
    if (id === 257) return (await fileSystem.root.find('home')) ?? fileSystem.root;
    throw new Error(`no subvolume ${id}`);
  };
  const disk = { ...fileSystem, subvolumeById: byId };
  const idOf = async (options: string) => {
    return (await openSubvolumeOf(disk, parseSubvolume([options])))?.id;
  };
  expect(await idOf('defaults')).toBe('/');
  expect(await idOf('subvol=/home')).toBe('/home');
  expect(await idOf('subvolid=257')).toBe('/home');
  expect(await idOf('subvol=gone')).toBeUndefined();
  expect(await openSubvolumeOf(fileSystem, { subvolumeId: 257 })).toBeUndefined();
});
