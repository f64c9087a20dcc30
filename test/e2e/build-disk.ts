import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GrubFacts, writeGrubFolder } from './grub-config.ts';
import { makeBootable } from './make-bootable.ts';
import { run } from './system-packages.ts';

/** A real Debian system on a GPT disk of 3 GiB that a PC starts, and what vendors would make of it. All paths are absolute. */
export interface BuiltDisk {
  raw: string;
  qcow2: string;
  xz: string;
  zst: string;
  /** The system as a tree, and what lies on its `/boot`. */
  tree: SystemTree;
}

export interface SystemTree {
  root: string;
  boot: string;
}

const sizeBytes = 3 * 1024 ** 3;
const biosOffset = 1024 ** 2;
export const rootOffset: number = 384 * 1024 ** 2;
export const bootPartition: { offset: number; sizeBytes: number } = {
  offset: 104 * 1024 ** 2,
  sizeBytes: 256 * 1024 ** 2,
};
const packages = [
  'linux-image-cloud-amd64',
  'systemd-sysv',
  'openssh-server',
  'cloud-init',
  // growpart, with which cloud-init takes the room of a larger disk.
  'cloud-guest-utils',
];
/** The root is the first partition and lies last, so that it can grow, as in the images of Debian. */
const table = `label: gpt
start=${rootOffset / 512}, type=linux
start=${biosOffset / 512}, size=1M, type=21686148-6449-6E6F-744E-656564454649
start=4096, size=100M, type=uefi
start=${bootPartition.offset / 512}, size=${bootPartition.sizeBytes / 512}, type=linux
`;
/** GRUB's view of the disk; cloud-init and the login prompt are on the serial line. */
export const grubFacts: GrubFacts = {
  module: 'ext2',
  bootUuid: '5cbb1a2e-6f0b-4d3c-8a5e-3a3d1f0f9b01',
  rootUuid: 'd0a4f2a7-52d1-4e3d-9a57-7a0a0c3a7b02',
  prefix: '',
  more: 'console=tty0 console=ttyS0,115200n8',
};

/** Installs a system of `codename` from `archive` and packs it; what `kept` has of the same recipe is used again. */
export async function buildDisk(
  kept: string,
  archive: string,
  codename: string,
  more: readonly string[] = [],
): Promise<BuiltDisk> {
  const installed = [...packages, ...more];
  const recipe = [codename, ...installed, table, JSON.stringify(grubFacts)].join('\n');
  const folder = join(kept, createHash('sha256').update(recipe).digest('hex').slice(0, 12));
  await mkdir(folder, { recursive: true });
  const tree = { root: join(folder, 'root'), boot: join(folder, 'boot') };
  const raw = join(folder, 'disk.raw');
  const qcow2 = join(folder, 'disk.qcow2');
  await once(raw, (partial) => installSystem(tree, archive, codename, installed, partial));
  await once(qcow2, (partial) => {
    run('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, partial]);
  });
  await once(`${raw}.xz`, (partial) => {
    run('sh', ['-c', 'xz -T0 -1 -c "$1" > "$2"', 'sh', raw, partial]);
  });
  await once(`${raw}.zst`, (partial) => {
    run('zstd', ['-q', '-3', '-T0', '-o', partial, raw]);
  });
  return { raw, qcow2, xz: `${raw}.xz`, zst: `${raw}.zst`, tree };
}

async function installSystem(
  { root, boot }: SystemTree,
  archive: string,
  codename: string,
  installed: readonly string[],
  disk: string,
): Promise<void> {
  if (!existsSync(root)) {
    const partial = `${root}.partial`;
    const include = `--include=${installed.join(',')}`;
    run('rm', ['-rf', partial, boot]);
    run('mmdebstrap', ['--variant=important', include, codename, partial, archive]);
    await rename(join(partial, 'boot'), boot);
    await mkdir(join(partial, 'boot'));
    await rename(partial, root);
  }
  const { bootUuid, rootUuid } = grubFacts;
  await writeGrubFolder(boot, grubFacts);
  const mounts = [
    `UUID=${rootUuid} / ext4 errors=remount-ro 0 1`,
    `UUID=${bootUuid} /boot ext4 defaults 0 2`,
  ];
  await writeFile(join(root, 'etc/fstab'), `${mounts.join('\n')}\n`);
  await writeFile(disk, '');
  await truncate(disk, sizeBytes);
  run('sh', ['-c', 'printf "$1" | sfdisk -q "$2"', 'sh', table, disk]);
  makeExt4(disk, boot, bootUuid, bootPartition);
  // The last MiB is the backup of the partition table.
  makeExt4(disk, root, rootUuid, {
    offset: rootOffset,
    sizeBytes: sizeBytes - rootOffset - 1024 ** 2,
  });
  await makeBootable(disk, biosOffset);
}

function makeExt4(
  disk: string,
  tree: string,
  uuid: string,
  { offset, sizeBytes }: { offset: number; sizeBytes: number },
): void {
  const options = ['-q', '-t', 'ext4', '-b', '4096', '-U', uuid, '-E', `offset=${offset}`];
  run('mke2fs', [...options, '-d', tree, disk, String(sizeBytes / 4096)]);
}

async function once(path: string, make: (partial: string) => void | Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  const partial = `${path}.partial`;
  run('rm', ['-f', partial]);
  await make(partial);
  await rename(partial, path);
}
