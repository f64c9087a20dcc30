import { describe, expect, test } from 'vitest';
import { refuse } from '../../../src/errors.ts';
import {
  bootOf,
  esp,
  kernel,
  linuxData,
  osRelease,
  refusalOf,
  startOf,
  xbootldr,
} from './boot-disk.ts';

const said = expect.stringContaining('No boot loader of this disk has a configuration');

test('the newest kernel by version, with its initrd, and a note that it was chosen', async () => {
  const files = {
    ...osRelease,
    'boot/vmlinuz-6.9.1': kernel,
    'boot/vmlinuz-6.10.0': kernel,
    'boot/vmlinuz-0-rescue-6.99': kernel,
    'boot/initrd.img-6.10.0': 'i',
    'boot/initrd.img-6.9.1': 'i',
    'boot/config-6.10.0': 'x',
  };
  const { entry, menu, warnings, system } = await bootOf([{ files }]);
  expect(entry).toMatchObject({
    loader: 'files',
    id: 'vmlinuz-6.10.0',
    version: '6.10.0',
    kernel: { file: 'p1:/boot/vmlinuz-6.10.0' },
    initrd: [{ file: 'p1:/boot/initrd.img-6.10.0' }],
  });
  expect(entry).not.toHaveProperty('cmdline');
  expect(menu.map(({ version }) => version)).toEqual(['6.10.0', '6.9.1']);
  expect([system?.id, ...warnings]).toEqual(['acme', said]);
});

test.each([
  ['Alpine', 'vmlinuz-virt', 'initramfs-virt'],
  ['Arch', 'vmlinuz-linux', 'initramfs-linux.img'],
  ['dracut', 'vmlinuz-5.14.0-1.el9.x86_64', 'initramfs-5.14.0-1.el9.x86_64.img'],
  ['SUSE', 'vmlinuz-6.4.0-1-default', 'initrd-6.4.0-1-default'],
  ['CirrOS', 'vmlinuz', 'initrd.img'],
])('names of %s', async (_, name, initrd) => {
  const files = { ...osRelease, [`boot/${name}`]: kernel, [`boot/${initrd}`]: 'i' };
  expect(await startOf([{ files }])).toEqual([`p1:/boot/${name}`, `p1:/boot/${initrd}`, '-']);
});

test('/boot as a separate volume, and the root if /boot is empty', async () => {
  const root = { files: { ...osRelease, 'vmlinuz-1': kernel } };
  expect(await startOf([root])).toEqual(['p1:/vmlinuz-1', '-']);
  const boot = { type: xbootldr, files: { 'vmlinuz-2': kernel } };
  expect(await startOf([root, boot])).toEqual(['p2:/vmlinuz-2', '-']);
});

test('an EFI system partition that is mounted at /boot', async () => {
  const files = { 'vmlinuz-linux': kernel, 'initramfs-linux.img': 'i' };
  expect(await startOf([{ type: esp, files }, { files: osRelease }])).toEqual([
    'p1:/vmlinuz-linux',
    'p1:/initramfs-linux.img',
    '-',
  ]);
});

test('in a Btrfs subvolume', async () => {
  const files = { '@/etc/os-release': 'ID=acme\n', '@/boot/vmlinuz-1': kernel };
  const btrfs = { files, fileSystem: { id: 'btrfs' } };
  expect(await startOf([btrfs])).toEqual(['p1@@:/boot/vmlinuz-1', '-']);
});

test('the kernel of Flatcar on its EFI system partition, with the system of its USR', async () => {
  const { entry, system, warnings } = await bootOf([
    { type: esp, files: { 'flatcar/vmlinuz-a': kernel, 'flatcar/vmlinuz-b': kernel } },
    { label: 'USR-A', files: { 'lib/os-release': 'ID=flatcar\nVERSION_ID=4459.2.1\n' } },
    { type: '3884dd41-8582-4404-b9a8-e9b84f2df50e', label: 'ROOT', files: { 'boot/x': '' } },
  ]);
  expect([entry.kernel.file, entry.initrd, entry.cmdline]).toEqual([
    'p1:/flatcar/vmlinuz-a',
    [],
    undefined,
  ]);
  expect(system).toEqual({ id: 'flatcar', version: '4459.2.1' });
  expect(warnings).toEqual([expect.stringContaining('Flatcar')]);
});

describe('is not used instead of a configuration', () => {
  const files = { ...osRelease, 'boot/vmlinuz-1': kernel };
  const refusal = refuse('corrupt-header', 'The superblock is cut');

  test('that starts nothing', async () => {
    const empty = { ...files, 'boot/extlinux/extlinux.conf': '# nothing\n' };
    expect(await refusalOf(bootOf([{ files: empty }]))).toBe('ERR_NOT_FOUND');
  });

  test('that may be on a volume that cannot be read', async () => {
    expect(await refusalOf(bootOf([{ files }, { type: esp, refusal }]))).toBe(
      'ERR_DECODE corrupt-header',
    );
    expect(await refusalOf(bootOf([{ files }, { type: xbootldr, refusal }]))).toMatch(
      'corrupt-header',
    );
    expect(await startOf([{ files }, { type: linuxData, refusal }])).toHaveLength(2);
  });

  test('and the message names the volume that cannot be read', async () => {
    const config = { ...files, 'boot/extlinux.conf': 'label a\n linux vmlinuz-1\n' };
    const { warnings } = await bootOf([{ files: config }, { type: esp, refusal }]);
    expect(warnings).toEqual([expect.stringMatching(/^p2 may hold .*The superblock is cut$/)]);
  });
});

test('a disk without a kernel has none; a volume that cannot be read is given as the reason', async () => {
  expect(await refusalOf(bootOf([{ files: osRelease }]))).toBe('ERR_NOT_FOUND');
  expect(await refusalOf(bootOf([]))).toBe('ERR_NOT_FOUND');
  const twice = { files: { ...osRelease, 'boot/vmlinuz-1': kernel } };
  expect(await refusalOf(bootOf([twice, twice]))).toBe('ERR_UNSAFE_IMAGE ambiguous-content');
  const refusal = refuse('encrypted', 'LUKS2');
  expect(await refusalOf(bootOf([{ refusal }]))).toBe('ERR_UNSUPPORTED_FORMAT encrypted');
});
