import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A device in /sys, or a partition of one. */
interface KnownDevice {
  folder: string;
  name: string;
  /** `major:minor`. */
  number: string;
}

/**
 * The user of a block device, of one of its partitions, or of the disk to which it belongs, as a sentence such as
 * `/dev/sdb1 is mounted at /srv`; `undefined` if no user is known. `number` is its `major:minor`.
 */
export async function findDeviceUse(number: string): Promise<string | undefined> {
  const devices = await relatedDevices(number);
  const nameOf = (used: string): string | undefined =>
    devices.find((device) => device.number === used)?.name;
  return (
    (await findMount(nameOf)) ??
    (await findSwap(nameOf)) ??
    (await findHolder(devices)) ??
    (await findLoop(nameOf))
  );
}

/** The folder of a device in /sys. */
export async function deviceFolder(number: string): Promise<string> {
  return await realpath(join('/sys/dev/block', number));
}

/** The device itself, the disk to which it belongs, and its partitions. */
async function relatedDevices(number: string): Promise<KnownDevice[]> {
  const folder = await deviceFolder(number);
  const folders = [folder];
  if (await isPartition(folder)) folders.push(dirname(folder));
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const inner = join(folder, entry.name);
    if (entry.isDirectory() && (await isPartition(inner))) folders.push(inner);
  }
  return await Promise.all(
    folders.map(async (known) => ({
      folder: known,
      name: devicePath(basename(known)),
      number: (await readText(join(known, 'dev'))).trim(),
    })),
  );
}

async function isPartition(folder: string): Promise<boolean> {
  return (await readText(join(folder, 'partition'))) !== '';
}

/** /proc/self/mountinfo: proc(5), section 3.5 of the kernel's Documentation/filesystems/proc.rst. */
async function findMount(
  nameOf: (number: string) => string | undefined,
): Promise<string | undefined> {
  for (const line of (await readText('/proc/self/mountinfo')).split('\n')) {
    const [head = '', tail = ''] = line.split(' - ');
    const [, , number = '', , place = ''] = head.split(' ');
    const [, source = ''] = tail.split(' ');
    // A file system over several devices has a separate number; its source is one of the devices.
    const name = nameOf(number) ?? nameOf(await numberOf(unescaped(source)));
    if (name !== undefined) return `${name} is mounted at ${unescaped(place)}`;
  }
  return undefined;
}

async function findSwap(
  nameOf: (number: string) => string | undefined,
): Promise<string | undefined> {
  for (const line of (await readText('/proc/swaps')).split('\n').slice(1)) {
    const name = nameOf(await numberOf(unescaped(line.split(/\s/)[0] ?? '')));
    if (name !== undefined) return `${name} is used as swap space`;
  }
  return undefined;
}

/** Device mapper, RAID and similar drivers claim the devices below them. */
async function findHolder(devices: readonly KnownDevice[]): Promise<string | undefined> {
  for (const { folder, name } of devices) {
    const [holder] = await namesIn(join(folder, 'holders'));
    if (holder !== undefined) return `${name} is part of ${devicePath(holder)}`;
  }
  return undefined;
}

/** A loop device over another device does not claim it. */
async function findLoop(
  nameOf: (number: string) => string | undefined,
): Promise<string | undefined> {
  const loops = (await namesIn('/sys/block')).filter((name) => name.startsWith('loop'));
  for (const loop of loops) {
    const backing = (await readText(join('/sys/block', loop, 'loop/backing_file'))).trim();
    const name = nameOf(await numberOf(backing));
    if (name !== undefined) return `${name} is the backing file of ${devicePath(loop)}`;
  }
  return undefined;
}

/** `major:minor` of the block device at a path; empty if it is not a block device. */
async function numberOf(path: string): Promise<string> {
  // No other path is read: it may lie on a server that does not answer.
  if (!path.startsWith('/dev/')) return '';
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isBlockDevice() === true ? formatDeviceNumber(found.rdev) : '';
}

/** The kernel writes a `!` for a `/` in the name of a device. */
function devicePath(name: string): string {
  return `/dev/${name.replaceAll('!', '/')}`;
}

/** The kernel's tables write blanks and some other characters as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

/**
 * `major:minor`, as in `/sys/dev/block` and `/proc/self/mountinfo`, from a device number of `stat` (glibc's
 * `gnu_dev_major` and `gnu_dev_minor`).
 */
export function formatDeviceNumber(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
