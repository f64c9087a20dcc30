import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a made-up system by their paths. */
export type SystemFiles = Readonly<Record<string, string | Uint8Array>>;

const uuid = '0efefae8-c1bd-4dfb-a580-153367a3547b';
/** How the root of these disks is named in `root=`. */
export const rootTags: Record<'uuid' | 'label' | 'partuuid' | 'device', string> = {
  uuid: `UUID=${uuid}`,
  label: 'LABEL=acme-root',
  partuuid: 'PARTUUID=329fe22a-02',
  device: '/dev/vda2',
};

/** Writes a disk of two partitions (MBR), the second an ext4 with these files; takes sfdisk and mke2fs. */
export function makeBootDisk(folder: string, name: string, files: SystemFiles): string {
  const tree = join(folder, `${name}.tree`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const disk = join(folder, name);
  const script = [
    'truncate -s 24M "$1"',
    'printf "label: dos\nlabel-id: 0x329fe22a\nstart=2048, size=2048\nstart=4096\n" | sfdisk -q "$1"',
    'mke2fs -q -t ext4 -L acme-root -U "$3" -E offset=2097152 -d "$2" "$1" 20M',
  ];
  execFileSync('sh', ['-ec', script.join('\n'), 'sh', disk, tree, uuid]);
  return disk;
}

/** A system that extlinux starts: two kernels, the first with two initrds. */
export function extlinuxSystem(kernel: Uint8Array, cmdline: string): SystemFiles {
  return {
    'etc/os-release': 'ID=acme\nVERSION_ID="1.2"\nNAME=Acme\n',
    'boot/vmlinuz-2.0': kernel,
    'boot/vmlinuz-1.0': kernel,
    'boot/ucode.img': 'early',
    'boot/initrd-2.0': 'the initrd\n',
    'boot/extlinux/extlinux.conf': `DEFAULT two
LABEL two
  LINUX /boot/vmlinuz-2.0
  INITRD /boot/ucode.img,/boot/initrd-2.0
  APPEND ${cmdline}
LABEL one
  LINUX /boot/vmlinuz-1.0
  APPEND root=LABEL=acme-root old
`,
  };
}
