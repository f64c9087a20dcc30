import { expect, test } from 'vitest';
import { parseEntry } from '../../../../src/disk/boot/entries/parse-entry.ts';

test('an entry of Fedora', () => {
  const text = `title Fedora Linux (6.19.11-300.fc44.x86_64) 44
version 6.19.11-300.fc44.x86_64
linux /boot/vmlinuz-6.19.11-300.fc44.x86_64
initrd /boot/initramfs-6.19.11-300.fc44.x86_64.img $tuned_initrd
options root=UUID=d43cd1a0 ro  rhgb $tuned_params
grub_users $grub_users
grub_arg --unrestricted
`;
  expect(parseEntry(text)).toEqual({
    title: 'Fedora Linux (6.19.11-300.fc44.x86_64) 44',
    version: '6.19.11-300.fc44.x86_64',
    linux: '/boot/vmlinuz-6.19.11-300.fc44.x86_64',
    initrd: ['/boot/initramfs-6.19.11-300.fc44.x86_64.img $tuned_initrd'],
    options: 'root=UUID=d43cd1a0 ro  rhgb $tuned_params',
  });
});

test('an entry of systemd-boot: tabs, comments, keys several times', () => {
  const text = [
    '# made by hand',
    'title\tArch Linux',
    'sort-key   arch',
    'machine-id 0123456789abcdef0123456789abcdef',
    'architecture  X64',
    '\tlinux /vmlinuz-linux  ',
    'linux /other',
    'initrd /ucode.img',
    'initrd\t/initramfs-linux.img\r',
    'options root=LABEL=arch',
    '  # options none',
    'options rw quiet',
    'options',
    'nonsense',
  ].join('\n');
  expect(parseEntry(text)).toEqual({
    title: 'Arch Linux',
    sortKey: 'arch',
    machineId: '0123456789abcdef0123456789abcdef',
    architecture: 'x64',
    linux: '/vmlinuz-linux',
    initrd: ['/ucode.img', '/initramfs-linux.img'],
    options: 'root=LABEL=arch rw quiet',
  });
});

test('an entry that starts an EFI program, and an empty one', () => {
  expect(parseEntry('title Memtest\nefi /EFI/memtest.efi\n')).toEqual({
    title: 'Memtest',
    efi: '/EFI/memtest.efi',
    initrd: [],
  });
  expect(parseEntry('')).toEqual({ initrd: [] });
});

test("a key named like an object's own method is an ordinary key", () => {
  expect(parseEntry('__proto__ x\nconstructor y\n')).toEqual({ initrd: [] });
});
