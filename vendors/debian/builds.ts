import { compareVersions, parseChecksums, type VendorContext } from '../../src/kit.ts';
import { findFolder } from '../shared/folder.ts';
import type { DebianTree } from './tree.ts';

/** A dated folder of Debian cloud images. */
export interface DebianBuild {
  serial: string;
  /** Its list of digests. */
  sums: URL;
  disks: DebianDisk[];
  /** Newer serials that are listed but have no list of digests. */
  skipped?: string[];
}

/** One qcow2 file; `arch` is Debian's word. */
export interface DebianDisk {
  fileName: string;
  variant: string;
  arch: string;
}

/**
 * `YYYYMMDD-NNNN`. `bookworm/2023230723-1450` was published too: a request can name it, but it is
 * never chosen as the newest, although it compares as the newest.
 */
export const debianSerial: RegExp = /^\d{8,10}-\d{3,5}$/;
const datedSerial = /^\d{8}-\d{3,5}$/;

const diskName =
  /^debian-(?:\d+|sid)-(?:backports-)?([a-z0-9]+)-([a-z0-9]+)(?:-daily)?(?:-\d{8,10}-\d{3,5})?\.qcow2$/;

/** Every listed dated folder, newest first; `undefined` if the tree does not exist. */
export async function findSerials(
  tree: DebianTree,
  context: VendorContext,
): Promise<string[] | undefined> {
  const entries = await findFolder(tree.folder, context);
  return entries
    ?.map(({ name }) => name)
    .filter((name) => debianSerial.test(name))
    .sort((left, right) => newestFirst(left, right));
}

/** One dated folder, or `latest` if the serial is that; `undefined` if it is not available. */
export async function findBuild(
  tree: DebianTree,
  serial: string,
  context: VendorContext,
): Promise<DebianBuild | undefined> {
  const sums = new URL(`${serial}/SHA512SUMS`, tree.folder);
  const document = await context.http.find(sums, { signal: context.signal });
  if (document === undefined) return undefined;
  const { entries } = parseChecksums(document.text, { dialect: 'sums', from: sums.href });
  const disks = entries.flatMap(({ name }) => {
    const [fileName, variant, arch] = diskName.exec(name ?? '') ?? [];
    if (fileName === undefined || variant === undefined || arch === undefined) return [];
    return [{ fileName, variant, arch }];
  });
  return { serial, sums, disks };
}

/**
 * The newest dated folder that has its list of digests; a folder that is still being copied may
 * lack it.
 */
export async function findNewestBuild(
  tree: DebianTree,
  context: VendorContext,
): Promise<DebianBuild | undefined> {
  const serials = (await findSerials(tree, context)) ?? [];
  const skipped: string[] = [];
  for (const serial of serials.filter((name) => datedSerial.test(name)).slice(0, 3)) {
    const build = await findBuild(tree, serial, context);
    if (build !== undefined) return { ...build, skipped };
    skipped.push(serial);
  }
  return undefined;
}

/**
 * The folder of a serial, or the last folder of a date (`YYYYMMDD`); `undefined` if it is not
 * available.
 */
export async function findBuildOf(
  tree: DebianTree,
  snapshot: string,
  context: VendorContext,
): Promise<DebianBuild | undefined> {
  if (debianSerial.test(snapshot)) return findBuild(tree, snapshot, context);
  if (!/^\d{8}$/.test(snapshot)) return undefined;
  const serials = (await findSerials(tree, context)) ?? [];
  const last = serials.find((serial) => serial.startsWith(`${snapshot}-`));
  return last === undefined ? undefined : findBuild(tree, last, context);
}

function newestFirst(left: string, right: string): number {
  const dated = Number(datedSerial.test(right)) - Number(datedSerial.test(left));
  return dated === 0 ? compareVersions(right, left) : dated;
}
