import { expect, test } from 'vitest';
import type { MadeVolume } from '../places.ts';
import { environmentBlock, header, linuxEntry } from './configurations.ts';
import { shownMenu } from './shown-menu.ts';

const uuid = '0a0a0a0a-0000-4000-8000-000000000001';
const bootUuid = '0b0b0b0b-0000-4000-8000-000000000002';

const debian = [
  header('0'),
  linuxEntry({
    title: 'Debian GNU/Linux',
    id: `gnulinux-simple-${uuid}`,
    uuid,
    linux: `/boot/vmlinuz-6.12.99+deb13-amd64 root=UUID=${uuid} ro  console=tty0 console=ttyS0,115200 `,
    initrd: '/boot/initrd.img-6.12.99+deb13-amd64',
  }),
  `submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-${uuid}' {\n`,
  linuxEntry({
    title: 'Debian GNU/Linux, with Linux 6.12.90+deb13-amd64',
    id: `gnulinux-6.12.90+deb13-amd64-advanced-${uuid}`,
    uuid,
    linux: `/boot/vmlinuz-6.12.90+deb13-amd64 root=UUID=${uuid} ro  console=tty0 single`,
    initrd: '/boot/initrd.img-6.12.90+deb13-amd64',
    indent: '\t',
  }),
  '}\nif [ "$grub_platform" = "efi" ]; then\n\tfwsetup --is-supported\n\tmenuentry \'UEFI Firmware Settings\' $menuentry_id_option \'uefi-firmware\' {\n\t\tfwsetup\n\t}\nfi\n',
  `if [ -f  \${config_directory}/custom.cfg ]; then
  source \${config_directory}/custom.cfg
elif [ -z "\${config_directory}" -a -f  $prefix/custom.cfg ]; then
  source $prefix/custom.cfg
fi
`,
].join('');

function debianVolumes(grub: string, more: Record<string, string> = {}): MadeVolume[] {
  return [
    { uuid, root: true, files: { '/boot/grub/grub.cfg': grub, ...more } },
    {
      isEsp: true,
      id: 'fat16',
      files: {
        '/EFI/BOOT/BOOTX64.EFI': '',
        '/EFI/debian/grub.cfg': `search.fs_uuid ${uuid} root \nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n`,
      },
    },
  ];
}

test('Debian: a stub on the EFI system partition, the menu in the root', async () => {
  expect(await shownMenu(debianVolumes(debian))).toEqual({
    chosen: {
      loader: 'grub',
      title: 'Debian GNU/Linux',
      version: '6.12.99+deb13-amd64',
      kernel: 'p1:/boot/vmlinuz-6.12.99+deb13-amd64',
      initrd: ['p1:/boot/initrd.img-6.12.99+deb13-amd64'],
      cmdline: `root=UUID=${uuid} ro console=tty0 console=ttyS0,115200`,
    },
    id: `gnulinux-simple-${uuid}`,
    ids: [`gnulinux-simple-${uuid}`, `gnulinux-6.12.90+deb13-amd64-advanced-${uuid}`],
    warnings: [],
  });
});

test.for([
  ['an index in a submenu', '1>0'],
  ['ids', `gnulinux-advanced-${uuid}>gnulinux-6.12.90+deb13-amd64-advanced-${uuid}`],
  [
    'titles',
    'Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.12.90+deb13-amd64',
  ],
  ['a submenu alone', '1'],
] as const)('Debian: the default by %s', async ([, wanted]) => {
  const grub = debian.replace('set default="0"', `set default="${wanted}"`);
  expect(await shownMenu(debianVolumes(grub))).toMatchObject({
    chosen: {
      kernel: 'p1:/boot/vmlinuz-6.12.90+deb13-amd64',
      cmdline: `root=UUID=${uuid} ro console=tty0 single`,
    },
    warnings: [],
  });
});

test('Debian: the saved entry, and one for the next start only', async () => {
  const grub = debian.replace('set default="0"', `set default="\${saved_entry}"`);
  const saved_entry = '1>0';
  const block = environmentBlock({ saved_entry, next_entry: '0' });
  expect(await shownMenu(debianVolumes(grub, { '/boot/grub/grubenv': block }))).toMatchObject({
    chosen: { version: '6.12.90+deb13-amd64' },
    warnings: ['(hd0,gpt1)/boot/grub/grubenv names "0" for the next start only; it was ignored'],
  });
});

test('Debian: a missing default is replaced by the first entry, with a warning', async () => {
  const grub = debian.replace('set default="0"', 'set default="gone"');
  expect(await shownMenu(debianVolumes(grub))).toMatchObject({
    chosen: { version: '6.12.99+deb13-amd64' },
    warnings: ['The default "gone" is not an entry of the menu; GRUB starts the first one'],
  });
});

test('Debian: a default that starts no kernel chooses nothing', async () => {
  const grub = debian.replace('set default="0"', 'set default="uefi-firmware"');
  const { chosen, ids } = await shownMenu(debianVolumes(grub));
  expect(chosen).toBeUndefined();
  expect(ids).toHaveLength(2);
});

test('Debian: a file of the administrator is sourced', async () => {
  const custom = `menuentry mine --id mine { linux /boot/mine root=/dev/vda1\n}\nset default=mine\n`;
  expect(await shownMenu(debianVolumes(debian, { '/boot/grub/custom.cfg': custom }))).toMatchObject(
    {
      chosen: { kernel: 'p1:/boot/mine', cmdline: 'root=/dev/vda1', initrd: [] },
    },
  );
});

test('Ubuntu: /boot is a separate volume, a variable of the line is unset', async () => {
  const grub = [
    header('0'),
    linuxEntry({
      title: 'Ubuntu',
      id: `gnulinux-simple-${uuid}`,
      uuid: bootUuid,
      linux: `/vmlinuz-6.8.0-99-generic root=LABEL=cloudimg-rootfs ro  console=tty1 \${vt_handoff} console=ttyS0 $vt_handoff`,
      initrd: '/initrd.img-6.8.0-99-generic',
    }),
  ].join('');
  const menu = await shownMenu([
    { uuid, label: 'cloudimg-rootfs', root: true, files: { '/etc/os-release': '' } },
    {
      name: 'p15',
      isEsp: true,
      files: {
        '/EFI/ubuntu/grub.cfg': `search.fs_uuid ${bootUuid} root\nset prefix=($root)'/grub'\nconfigfile $prefix/grub.cfg\n`,
      },
    },
    { name: 'p16', uuid: bootUuid.toUpperCase(), isBoot: true, files: { '/grub/grub.cfg': grub } },
  ]);
  expect(menu.chosen).toMatchObject({
    version: '6.8.0-99-generic',
    kernel: 'p16:/vmlinuz-6.8.0-99-generic',
    initrd: ['p16:/initrd.img-6.8.0-99-generic'],
    cmdline: 'root=LABEL=cloudimg-rootfs ro console=tty1 console=ttyS0',
  });
});

test('Ubuntu minimal: the first start is tried without an initrd', async () => {
  const line = '/boot/vmlinuz-6.8.0-31-generic root=PARTUUID=aa-01 ro  console=tty1 console=ttyS0';
  const grub = `${header('0')}set partuuid=aa-01
if [ "\${initrdfail}" = 2 ]; then
  set initrdfail=
elif [ "\${initrdfail}" = 1 ]; then
  set next_entry="\${prev_entry}"
fi
menuentry 'Ubuntu' --class ubuntu $menuentry_id_option 'gnulinux-simple' {
\trecordfail
\tif [ "\${initrdfail}" = 1 ]; then
\t  echo\t'GRUB_FORCE_PARTUUID set, initrdless boot failed. Attempting with initrd.'
\t  linux\t${line}
\t  initrd\t/boot/initrd.img-6.8.0-31-generic
\telse
\t  echo\t'GRUB_FORCE_PARTUUID set, attempting initrdless boot.'
\t  linux\t${line} panic=-1
\tfi
\tinitrdfail
}
`;
  const menu = await shownMenu([{ uuid, root: true, files: { '/boot/grub/grub.cfg': grub } }]);
  expect(menu).toMatchObject({
    chosen: { initrd: [], cmdline: 'root=PARTUUID=aa-01 ro console=tty1 console=ttyS0 panic=-1' },
    warnings: [],
  });
});

test('Alpine: no stub, modules= and several initrds', async () => {
  const grub = `${header('0')}menuentry 'Alpine Linux v3.22, with Linux virt' --class alpine $menuentry_id_option 'gnulinux-virt-advanced' {
\tsearch --no-floppy --fs-uuid --set=root ${uuid}
\tlinux\t/boot/vmlinuz-virt root=UUID=${uuid} ro modules=sd-mod,usb-storage,ext4 console=ttyS0,115200n8
\tinitrd\t/boot/intel-ucode.img /boot/initramfs-virt
}
`;
  const menu = await shownMenu([
    { id: 'fat12', isEsp: true, files: { '/EFI/boot/bootx64.efi': '' } },
    { uuid, root: true, files: { '/boot/grub/grub.cfg': grub } },
  ]);
  expect(menu).toMatchObject({
    chosen: {
      kernel: 'p2:/boot/vmlinuz-virt',
      initrd: ['p2:/boot/intel-ucode.img', 'p2:/boot/initramfs-virt'],
      cmdline: `root=UUID=${uuid} ro modules=sd-mod,usb-storage,ext4 console=ttyS0,115200n8`,
    },
    warnings: [],
  });
  expect(menu.chosen).not.toHaveProperty('version', expect.anything());
});
