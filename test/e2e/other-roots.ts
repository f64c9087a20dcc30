import { mkdirSync, writeFileSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SystemTree } from './build-disk.ts';
import { type GrubFacts, writeGrubFolder } from './grub-config.ts';
import { run } from './system-packages.ts';

const sizeBytes = 2 * 1024 ** 3;
const offset = 1024 ** 2;
/** No service configures these machines, so boot must not wait for one. */
const more = 'cloud-init=disabled console=tty0 console=ttyS0,115200n8';

/** A disk of one partition with an XFS root that contains `/boot`; made without a mount. */
export async function makeXfsDisk(tree: SystemTree, disk: string): Promise<GrubFacts> {
  const uuid = '4c1f4c4e-0c52-4d64-8df1-5f0f6f8f3c03';
  const facts: GrubFacts = { ...plainFacts(uuid), module: 'xfs', prefix: '/boot' };
  await writeGrubFolder(tree.boot, facts);
  const proto = `${disk}.proto`;
  const fstab = `${disk}.fstab`;
  await writeFile(fstab, formatMount(facts, 'xfs'));
  const instead = new Map([
    [join(tree.root, 'boot'), tree.boot],
    [join(tree.root, 'etc/fstab'), fstab],
  ]);
  await writeFile(proto, await formatPrototype(tree.root, instead));
  const image = await emptyImage(disk);
  run('mkfs.xfs', ['-q', '-m', `uuid=${uuid}`, '-p', proto, image]);
  await Promise.all([rm(proto), rm(fstab)]);
  placeImage(image, disk);
  return facts;
}

/** The same with Btrfs, in the layout of Debian's installer, with each block compressed by zstd; needs a mount. */
export async function makeBtrfsDisk(tree: SystemTree, disk: string): Promise<GrubFacts> {
  const uuid = '8e5a6c2b-3f9d-4f0a-9a53-0e6d2c7b4d04';
  const subvolume = '@rootfs';
  const facts: GrubFacts = {
    ...plainFacts(uuid),
    module: 'btrfs',
    prefix: `/${subvolume}/boot`,
    more: `rootflags=subvol=${subvolume} ${more}`,
  };
  await writeGrubFolder(tree.boot, facts);
  const image = await emptyImage(disk);
  run('mkfs.btrfs', ['-q', '-U', uuid, image]);
  const top = await mkdtemp(`${disk}.mount-`);
  run('mount', ['-o', 'loop,compress-force=zstd', image, top]);
  try {
    const root = join(top, subvolume);
    run('btrfs', ['subvolume', 'create', root]);
    run('cp', ['-a', `${tree.root}/.`, root]);
    run('cp', ['-a', `${tree.boot}/.`, join(root, 'boot')]);
    writeFileSync(join(root, 'etc/fstab'), formatMount(facts, 'btrfs'));
  } finally {
    run('umount', [top]);
    await rm(top, { recursive: true });
  }
  placeImage(image, disk);
  return facts;
}

/** True where this process may mount an image: as root, with loop devices. */
export function canMount(folder: string): boolean {
  const image = join(folder, 'probe.img');
  const mount = join(folder, 'probe');
  try {
    mkdirSync(mount);
    run('sh', ['-c', 'truncate -s 128M "$1" && mkfs.btrfs -q "$1"', 'sh', image]);
    run('mount', ['-o', 'loop', image, mount]);
    run('umount', [mount]);
    return true;
  } catch {
    return false;
  }
}

function plainFacts(uuid: string): Pick<GrubFacts, 'bootUuid' | 'rootUuid' | 'more'> {
  return { bootUuid: uuid, rootUuid: uuid, more };
}

function formatMount({ rootUuid, more }: GrubFacts, type: string): string {
  const subvolume = /subvol=\S+/.exec(more)?.[0] ?? 'defaults';
  return `UUID=${rootUuid} / ${type} ${subvolume} 0 0\n`;
}

async function emptyImage(disk: string): Promise<string> {
  const image = `${disk}.image`;
  await writeFile(image, '');
  await truncate(image, sizeBytes);
  return image;
}

/** The image as the only partition of a GPT disk. */
function placeImage(image: string, disk: string): void {
  const table = `label: gpt\nstart=${offset / 512}, size=${sizeBytes / 512}, type=linux\n`;
  const script = [
    'truncate -s "$3" "$2"',
    'printf "$4" | sfdisk -q "$2"',
    'dd if="$1" of="$2" bs=1M seek=1 conv=notrunc,sparse status=none',
    'rm "$1"',
  ].join(' && ');
  const size = String(sizeBytes + 2 * offset);
  run('sh', ['-c', script, 'sh', image, disk, size, table]);
}

/**
 * A prototype file of mkfs.xfs(8): each name with its kind, mode, owner and content; `instead` replaces some of them.
 */
async function formatPrototype(
  root: string,
  instead: ReadonlyMap<string, string>,
): Promise<string> {
  // The first two lines are historical and mean nothing.
  const lines = ['boot.image', '0 0', 'd--755 0 0'];
  const walk = async (folder: string): Promise<void> => {
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name);
      const found = await lstat(path);
      const { mode, uid, gid } = found;
      const special = `${mode & 0o4000 ? 'u' : '-'}${mode & 0o2000 ? 'g' : '-'}`;
      const about = `${special}${(mode & 0o777).toString(8).padStart(3, '0')} ${uid} ${gid}`;
      const content = instead.get(path) ?? path;
      if (found.isDirectory()) {
        lines.push(`${name} d${about}`);
        await walk(content);
        lines.push('$');
      } else if (found.isSymbolicLink()) {
        lines.push(`${name} l${about} ${await readlink(path)}`);
      } else if (found.isFile()) {
        lines.push(`${name} -${about} ${content}`);
      }
    }
  };
  await walk(root);
  return `${lines.join('\n')}\n$\n`;
}
