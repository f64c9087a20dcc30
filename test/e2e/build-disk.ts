import { existsSync } from 'node:fs';
import { mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './system-packages.ts';

/** A real Debian system on a GPT disk of 3 GiB, and what vendors would make of it. All paths are absolute. */
export interface BuiltDisk {
  raw: string;
  qcow2: string;
  xz: string;
  zst: string;
}

const sizeBytes = 3 * 1024 ** 3;
const rootOffset = 128 * 1024 ** 2;
const packages = ['linux-image-cloud-amd64', 'systemd-sysv', 'openssh-server', 'cloud-init'];

/** Installs a system of `codename` from `archive` and packs it; what is in `folder` already is used again. */
export async function buildDisk(
  folder: string,
  archive: string,
  codename: string,
): Promise<BuiltDisk> {
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
  await writeFile(disk, '');
  await truncate(disk, sizeBytes);
  const table = 'label: gpt\nstart=2048, size=100M, type=uefi\nstart=128MiB, type=linux\n';
  run('sh', ['-c', 'printf "$1" | sfdisk -q "$2"', 'sh', table, disk]);
  // The last MiB is the backup of the partition table.
  const blocks = String((sizeBytes - rootOffset - 1024 ** 2) / 4096);
  const offset = `offset=${rootOffset}`;
  run('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-E', offset, '-d', root, disk, blocks]);
}

async function once(path: string, make: (partial: string) => void | Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  const partial = `${path}.partial`;
  run('rm', ['-f', partial]);
  await make(partial);
  await rename(partial, path);
}
