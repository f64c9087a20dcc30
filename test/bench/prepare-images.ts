import { join } from 'node:path';
import { buildDisk, type SystemTree } from '../e2e/build-disk.ts';
import { readArchive, run } from '../e2e/system-packages.ts';
import { digestDisk } from './digest-disk.ts';

/** Compressed and converted files of one real disk, by layers; all paths are absolute. */
export interface Images {
  /** Digest of the disk inside, in the form of `digestDisk`. */
  expected: string;
  raw: string;
  /** What the raw disk was made of. */
  tree: SystemTree;
  qcow2: string;
  qcow2Zstd: string;
  vmdk: string;
  xz: string;
  zst: string;
  gz: string;
  /** Without the program there is none. */
  lz4?: string;
}

/** What a disk of about 900 MB of data has beside the system, which alone has half of that. */
const largePackages = ['golang-go'];

/** Takes the disk of the end-to-end run, or builds it in `scratch`, and packs it in the remaining ways. */
export async function prepareImages(
  scratch: string,
  programs: ReadonlyMap<string, string>,
  isLarge = false,
): Promise<Images> {
  const folder = process.env['ROOTDISK_E2E_DIR'];
  const more = isLarge ? largePackages : [];
  const disk = await buildDisk(folder ?? scratch, readArchive().url, 'bookworm', more);
  const { raw, tree } = disk;
  const qcow2Zstd = join(scratch, 'zstd.qcow2');
  const vmdk = join(scratch, 'disk.vmdk');
  const gz = join(scratch, 'disk.raw.gz');
  const convert = ['convert', '-f', 'raw', '-m', '16', '-W', '-c'];
  run('qemu-img', [...convert, '-O', 'qcow2', '-o', 'compression_type=zstd', raw, qcow2Zstd]);
  run('qemu-img', [
    'convert',
    '-f',
    'raw',
    '-O',
    'vmdk',
    '-o',
    'subformat=streamOptimized',
    raw,
    vmdk,
  ]);
  run('sh', ['-c', `${programs.has('pigz') ? 'pigz' : 'gzip'} -6 -c "$1" > "$2"`, 'sh', raw, gz]);
  const lz4 = programs.has('lz4') ? join(scratch, 'disk.raw.lz4') : undefined;
  if (lz4 !== undefined) run('lz4', ['-q', '-f', raw, lz4]);
  const expected = await digestDisk(raw);
  // Into the page cache, where those that were made just now are already.
  for (const packed of [disk.qcow2, disk.xz, disk.zst]) await digestDisk(packed);
  const packed = { qcow2: disk.qcow2, qcow2Zstd, vmdk, xz: disk.xz, zst: disk.zst, gz };
  return { expected, raw, tree, ...packed, ...(lz4 === undefined ? {} : { lz4 }) };
}
