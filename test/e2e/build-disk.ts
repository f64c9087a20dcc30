import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBootable, writeGrubConfig } from './make-bootable.ts';
import { run } from './system-packages.ts';

/** A real Debian system on a GPT disk of 3 GiB that a PC starts, and what vendors would make of it. All paths are absolute. */
export interface BuiltDisk {
  raw: string;
  qcow2: string;
  xz: string;
  zst: string;
}

const sizeBytes = 3 * 1024 ** 3;
const bootOffset = 1024 ** 2;
const rootOffset = 128 * 1024 ** 2;
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
start=${bootOffset / 512}, size=1M, type=21686148-6449-6E6F-744E-656564454649
start=4096, size=100M, type=uefi
`;

/** Installs a system of `codename` from `archive` and packs it; what `kept` has of the same recipe is used again. */
export async function buildDisk(
  kept: string,
  archive: string,
  codename: string,
): Promise<BuiltDisk> {
  const recipe = [codename, ...packages, table].join('\n');
  const folder = join(kept, createHash('sha256').update(recipe).digest('hex').slice(0, 12));
  await mkdir(folder, { recursive: true });
  const raw = join(folder, 'disk.raw');
  const qcow2 = join(folder, 'disk.qcow2');
  await once(raw, (partial) => installSystem(folder, archive, codename, partial));
  await once(qcow2, (partial) => {
    run('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, partial]);
  });
  await once(`${raw}.xz`, (partial) => {
    run('sh', ['-c', 'xz -T0 -1 -c "$1" > "$2"', 'sh', raw, partial]);
  });
  await once(`${raw}.zst`, (partial) => {
    run('zstd', ['-q', '-3', '-T0', '-o', partial, raw]);
  });
  return { raw, qcow2, xz: `${raw}.xz`, zst: `${raw}.zst` };
}

async function installSystem(
  folder: string,
  archive: string,
  codename: string,
  disk: string,
): Promise<void> {
  const root = join(folder, 'root');
  if (!existsSync(root)) {
    const partial = `${root}.partial`;
    const include = `--include=${packages.join(',')}`;
    run('rm', ['-rf', partial]);
    run('mmdebstrap', ['--variant=important', include, codename, partial, archive]);
    await rename(partial, root);
  }
  await writeGrubConfig(root);
  await writeFile(disk, '');
  await truncate(disk, sizeBytes);
  run('sh', ['-c', 'printf "$1" | sfdisk -q "$2"', 'sh', table, disk]);
  // The last MiB is the backup of the partition table.
  const blocks = String((sizeBytes - rootOffset - 1024 ** 2) / 4096);
  const offset = `offset=${rootOffset}`;
  run('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-E', offset, '-d', root, disk, blocks]);
  await makeBootable(disk, bootOffset);
}

async function once(path: string, make: (partial: string) => void | Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  const partial = `${path}.partial`;
  run('rm', ['-f', partial]);
  await make(partial);
  await rename(partial, path);
}
