import { describe, expect, test } from 'vitest';
import { refuse } from '../../../src/errors.ts';
import { amd64Root, bootOf, kernel, linuxData, type Partition, refusalOf } from './boot-disk.ts';
import type { MemoryFiles } from './memory-files.ts';

const system = (id: string): MemoryFiles => ({ 'etc/os-release': `ID=${id}\n` });
/** A volume `/boot` whose only entry has this command line. */
const boot = (cmdline: string): Partition => ({
  label: 'boot',
  files: { 'extlinux.conf': `label a\n linux k\n append ${cmdline}\n`, k: kernel },
});
const idOf = async (cmdline: string, ...roots: Partition[]) => {
  const { system: found, warnings } = await bootOf([boot(cmdline), ...roots]);
  return [found?.id, ...warnings];
};

const two: Partition[] = [
  { files: system('one'), fileSystem: { uuid: 'AAAA-1' }, uuid: 'u2', label: 'first' },
  { files: system('two'), fileSystem: { label: 'second' }, uuid: 'u3' },
];

test.each([
  ['root=UUID=aaaa-1 ro', 'one'],
  ['root=LABEL=second', 'two'],
  ['root=PARTUUID=u3', 'two'],
  ['root=PARTLABEL=first', 'one'],
  ['root=/dev/vda3', 'two'],
  ['root=/dev/disk/by-partuuid/u2', 'one'],
  ['root=/dev/vda2 root=/dev/vda3', 'two'],
])('of two roots it takes the one that %s names', async (cmdline, id) => {
  expect(await idOf(cmdline, ...two)).toEqual([id]);
});

test('otherwise the one with the partition type of the architecture, otherwise none, with a warning', async () => {
  const [first = {}, second = {}] = two;
  const typed = { ...second, type: amd64Root };
  expect(await idOf('quiet', { ...first, type: linuxData }, typed)).toEqual(['two']);
  expect(await idOf('quiet', ...two)).toEqual([undefined, expect.stringContaining('p2, p3')]);
  expect(await idOf('quiet', first)).toEqual(['one']);
});

test('a root that is not on the disk gives a warning', async () => {
  expect(await idOf('root=UUID=gone', { files: system('one') })).toEqual([
    'one',
    expect.stringContaining('UUID=gone'),
  ]);
  expect(await idOf('root=/dev/ram0', { files: system('one') })).toEqual(['one']);
});

test('a root that cannot be read is not replaced by another one', async () => {
  const refusal = refuse('encrypted', 'LUKS2 with UUID x');
  const found = await idOf('root=/dev/vda3', { files: system('one') }, { refusal });
  expect(found).toEqual([undefined, expect.stringContaining('LUKS2 with UUID x')]);
});

describe('subvolumes', () => {
  const files = {
    'root/etc/os-release': 'ID=one\n',
    'snapshots/2/etc/os-release': 'ID=two\n',
  };
  const btrfs: Partition = { files, fileSystem: { id: 'btrfs', label: 'x' } };

  test.each([
    ['root=LABEL=x', 'one'],
    ['root=LABEL=x rootflags=subvol=root', 'one'],
    ['root=LABEL=x rootflags=compress=zstd:1,subvol=/snapshots/2', 'two'],
  ])('%s', async (cmdline, id) => {
    expect(await idOf(cmdline, btrfs)).toEqual([id]);
  });

  test('a missing one gives a warning', async () => {
    expect(await idOf('root=LABEL=x rootflags=subvol=gone', btrfs)).toEqual([
      undefined,
      expect.stringContaining('gone'),
    ]);
  });
});

test('the deployment that ostree= names', async () => {
  const files = {
    'ostree/boot.1/os/1/0': '-> ../../../deploy/os/deploy/1.0',
    'ostree/deploy/os/deploy/1.0/usr/lib/os-release': 'ID=new\n',
    'ostree/deploy/os/deploy/0.0/usr/lib/os-release': 'ID=old\n',
  };
  expect(await idOf('root=/dev/vda2 ostree=/ostree/boot.1/os/1/0', { files })).toEqual(['new']);
});

test('the system in the partition of mount.usr', async () => {
  const usr = { uuid: 'u', files: { 'lib/os-release': 'ID=flatcar\n' } };
  const root = { type: '3884dd41-8582-4404-b9a8-e9b84f2df50e', files: { 'boot/x': '' } };
  expect(await idOf('mount.usr=PARTUUID=u', usr, root)).toEqual(['flatcar']);
});

describe('the requested kernel', () => {
  const files = {
    'extlinux.conf':
      'default b\nlabel a\n linux vmlinuz-1.0\nlabel b\n linux vmlinuz-2.0\nlabel c\n linux vmlinuz-2.0\nlabel d\n linux vmlinuz-3.0\nlabel e\n linux vmlinuz-3.0\n',
    'vmlinuz-1.0': kernel,
    'vmlinuz-2.0': kernel,
    'vmlinuz-3.0': kernel,
  };
  const start = async (wanted?: string) => {
    return (await bootOf([{ files }], wanted === undefined ? {} : { kernel: wanted })).entry;
  };

  test.each([
    [undefined, 'b'],
    ['1.0', 'a'],
    ['c', 'c'],
    ['2.0', 'b'],
  ])('%s', async (wanted, id) => {
    expect(await start(wanted)).toMatchObject({ id, isDefault: id === 'b' });
  });

  test('several matches, and no match, list the menu', async () => {
    expect(await refusalOf(start('3.0'))).toBe('ERR_NOT_FOUND 3.0');
    await expect(start('3.0')).rejects.toThrow('More than one');
    await expect(start('3.0')).rejects.toMatchObject({
      details: { known: ['d (3.0)', 'e (3.0)'] },
    });
    await expect(start('4')).rejects.toMatchObject({
      details: { known: expect.arrayContaining(['a (1.0)', 'e (3.0)']) },
    });
  });
});
