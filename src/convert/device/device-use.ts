import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A device as the kernel shows it below /sys, or a partition of one. */
interface KnownDevice {
  folder: string;
  name: string;
  /** `major:minor`. */
  number: string;
}

/**
 * Who uses a block device, one of its partitions or the disk that it is a partition of, as a sentence such as
 * `/dev/sdb1 is mounted at /srv`; `undefined` when no user of it is known. `number` is its `major:minor`.
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

/** The folder of a device below /sys. */
export async function deviceFolder(number: string): Promise<string> {
  return await realpath(join('/sys/dev/block', number));
}

/** The device itself, what it is a part of, and its own parts. */
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
    // File systems over several devices have a number of their own; the source is one of the devices.
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
    if (name !== undefined) return `${name} is used for swapping`;
  }
  return undefined;
}

/** Device mapper, RAID and the like claim what they are made of. */
async function findHolder(devices: readonly KnownDevice[]): Promise<string | undefined> {
  for (const { folder, name } of devices) {
    const [holder] = await namesIn(join(folder, 'holders'));
    if (holder !== undefined) return `${name} is a part of ${devicePath(holder)}`;
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
    if (name !== undefined) return `${name} is what ${devicePath(loop)} is made of`;
  }
  return undefined;
}

/** `major:minor` of the block device at a path; empty for anything else. */
async function numberOf(path: string): Promise<string> {
  // Nothing else is looked at: it may lie on a server that does not answer.
  if (!path.startsWith('/dev/')) return '';
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isBlockDevice() === true ? formatDeviceNumber(found.rdev) : '';
}

/** The kernel writes a `!` where the name of a device has a `/`. */
function devicePath(name: string): string {
  return `/dev/${name.replaceAll('!', '/')}`;
}

/** Blanks and the like stand as octal numbers in the tables of the kernel. */
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
 * `major:minor`, as Linux writes it in `/sys/dev/block` and `/proc/self/mountinfo`, of a device number that `stat` gave
 * (glibc's `gnu_dev_major` and `gnu_dev_minor`).
 */
export function formatDeviceNumber(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
