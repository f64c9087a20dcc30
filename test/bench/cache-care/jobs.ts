import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cli } from '../built-package.ts';
import type { Contender, Job } from '../contender.ts';
import { digestDisk } from '../digest-disk.ts';
import { fillCache } from '../large-cache/fill-cache.ts';

const disks = 1000;
const diskBytes = 2 ** 30;
const pieceBytes = 2 ** 24;
const pruneTitle = 'cache prune of 1,000 disks';
const verifyTitle = 'cache verify of 1 GiB';
const repairTitle = 'cache repair of one block of 1 GiB';
export const careTitles: readonly string[] = [pruneTitle, verifyTitle, repairTitle];

/** Jobs that maintain a cache; their files are made below `scratch`. */
export async function cacheCare(
  scratch: string,
  wanted: (title: string) => boolean,
): Promise<Job[]> {
  const folder = join(scratch, 'cache-care');
  await mkdir(folder);
  return [
    ...(wanted(pruneTitle) ? [await pruneJob(folder)] : []),
    ...(wanted(verifyTitle) ? [await verifyJob(folder)] : []),
    ...(wanted(repairTitle) ? [await repairJob(folder)] : []),
  ];
}

async function pruneJob(folder: string): Promise<Job> {
  const template = join(folder, 'many');
  await fillCache(template, disks);
  const expected = await digestOf(folder, 0);
  const contender = (name: string, program: string, parameters: readonly string[]): Contender => ({
    name,
    expected,
    // Not measured: each run needs its own cache.
    steps(run) {
      execFileSync('cp', ['-a', '--sparse=always', template, join(run, 'cache')]);
      return [{ program, parameters: [...parameters, join(run, 'cache')] }];
    },
    made: (run) => count(run, readdirSync(join(run, 'cache/images-v1')).filter(isDisk).length),
  });
  const command = [cli, 'cache', 'prune', '--quiet', '--budget', '0', '--cache-dir'];
  const removeAll = ['-c', 'rm -rf "$0"/images-v1/*'];
  return {
    title: pruneTitle,
    note: `\`rm\` removes the files of ${disks} disks, and does not ask whether one is in use.`,
    contenders: [
      contender('rootdisk', process.execPath, command),
      { ...contender('rm -rf', 'sh', removeAll), floor: true },
    ],
  };
}

async function verifyJob(folder: string): Promise<Job> {
  const path = await makeFullDisk(folder, 'disk.raw');
  const cacheDir = join(folder, 'one');
  const ensure = [cli, 'ensure', '--quiet', '--from', 'raw', '--cache-dir', cacheDir, path];
  execFileSync(process.execPath, ensure);
  const expected = await digestOf(folder, 1);
  const contender = (name: string, program: string, parameters: string[], said: RegExp) => ({
    name,
    expected,
    steps: () => [{ program, parameters }],
    made: (run: string, printed: string) => count(run, said.test(printed) ? 1 : 0),
  });
  const command = [cli, 'cache', 'verify', '--cache-dir', cacheDir];
  return {
    title: verifyTitle,
    note: 'A disk of 1 GiB without a hole, in the page cache.',
    contenders: [
      contender('rootdisk', process.execPath, command, / intact /),
      contender('sha256sum', 'sha256sum', [path], /^[0-9a-f]{64} /),
    ],
  };
}

async function repairJob(folder: string): Promise<Job> {
  const path = await makeFullDisk(folder, 'to-repair.raw');
  const template = join(folder, 'kept');
  const ensure = [cli, 'ensure', '--quiet', '--keep-source', '--from', 'raw'];
  const printed = execFileSync(process.execPath, [...ensure, '--cache-dir', template, path], {
    encoding: 'utf8',
  });
  const name = basename(printed.trim());
  const diskIn = (run: string): string => join(run, 'cache/images-v1', name);
  const expected = await digestDisk(path);
  const contender = (who: string, step: (run: string) => [string, string[]]): Contender => ({
    name: who,
    expected,
    // Not measured: each run needs its own damaged disk.
    steps(run) {
      execFileSync('cp', ['-a', '--sparse=always', template, join(run, 'cache')]);
      damageDisk(diskIn(run));
      const [program, parameters] = step(run);
      return [{ program, parameters }];
    },
    made: diskIn,
  });
  const repair = [cli, 'cache', 'verify', '--quiet', '--repair', '--offline', '--cache-dir'];
  const script =
    'sha256sum "$0"; sha256sum "$0.source" && cp --sparse=always "$0.source" "$0.new" && sha256sum "$0.new" && mv -f "$0.new" "$0"';
  return {
    title: repairTitle,
    note: 'One byte of a disk of 1 GiB is wrong, and its download was kept: both programs find that, and use the download when its digest is right.',
    contenders: [
      contender('rootdisk', (run) => [process.execPath, [...repair, join(run, 'cache')]]),
      contender('sha256sum, cp, sha256sum', (run) => ['sh', ['-c', script, diskIn(run)]]),
    ],
  };
}

/** A disk of 1 GiB without a hole. */
async function makeFullDisk(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const handle = await open(path, 'w');
  for (let at = 0; at < diskBytes; at += pieceBytes) await handle.write(randomBytes(pieceBytes));
  // A file without the start of another image is a raw disk.
  await handle.write(Buffer.alloc(4096), 0, 4096, 0);
  await handle.close();
  return path;
}

/** Changes one byte; size and mtime stay. */
function damageDisk(path: string): void {
  const { atime, mtime } = statSync(path);
  chmodSync(path, 0o644);
  const fd = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, diskBytes / 2);
  writeSync(fd, Buffer.from([byte.readUInt8() ^ 1]), 0, 1, diskBytes / 2);
  closeSync(fd);
  utimesSync(path, atime, mtime);
  chmodSync(path, 0o444);
}

function isDisk(file: string): boolean {
  return file.endsWith('.raw');
}

/** Writes a number as a file. */
function count(run: string, found: number): string {
  const path = join(run, 'count');
  writeFileSync(path, String(found));
  return path;
}

async function digestOf(folder: string, found: number): Promise<string> {
  const path = join(folder, `expected-${found}`);
  await writeFile(path, String(found));
  return await digestDisk(path);
}
