import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The reason why file systems cannot be mounted here; `undefined` if they can. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== 'linux') return 'needs tmpfs';
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    const probe = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"';
    execFileSync('sh', ['-c', probe], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'may not mount';
  }
}

/** A separate file system, while `use` runs. `limit`: such as `size=64k` or `nr_inodes=9`. */
export async function onSmallDisk<T>(
  limit: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'rootdisk-full-'));
  const folder = join(parent, 'mount');
  await mkdir(folder);
  mount(['-t', 'tmpfs', '-o', `${limit},mode=755`, 'rootdisk-test', folder]);
  try {
    return await use(folder);
  } finally {
    // Lazily: a failed test may still have a file open.
    execFileSync('umount', ['-l', folder]);
    await rm(parent, { recursive: true, force: true });
  }
}

/** Makes it larger. */
export function enlarge(folder: string): void {
  mount(['-o', 'remount,size=64m,nr_inodes=10000', folder]);
}

/** Uses all its room synchronously, so that nothing runs in between. */
export function fill(folder: string): void {
  const blocks = 'dd if=/dev/zero of="$1" bs=4k 2>/dev/null; test -s "$1"';
  execFileSync('sh', ['-c', blocks, 'sh', join(folder, 'filler')]);
}

/** Frees the room again. */
export async function drain(folder: string): Promise<void> {
  await writeFile(join(folder, 'filler'), '');
}

function mount(parameters: string[]): void {
  execFileSync('mount', parameters, { stdio: 'ignore' });
}
