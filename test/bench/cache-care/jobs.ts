import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cli } from '../built-package.ts';
import type { Contender, Job } from '../contender.ts';
import { digestDisk } from '../digest-disk.ts';
import { fillCache } from '../large-cache/fill-cache.ts';

const disks = 1000;
const diskBytes = 2 ** 30;
const pieceBytes = 2 ** 24;
const pruneTitle = 'cache prune of 1,000 disks';
const verifyTitle = 'cache verify of 1 GiB';

/** Jobs that look after a cache; what they work on is made below `scratch`. */
export async function cacheCare(
  scratch: string,
  wanted: (title: string) => boolean,
): Promise<Job[]> {
  const folder = join(scratch, 'cache-care');
  await mkdir(folder);
  return [
    ...(wanted(pruneTitle) ? [await pruneJob(folder)] : []),
    ...(wanted(verifyTitle) ? [await verifyJob(folder)] : []),
  ];
}

async function pruneJob(folder: string): Promise<Job> {
  const template = join(folder, 'many');
  await fillCache(template, disks);
  const expected = await digestOf(folder, 0);
  const contender = (name: string, program: string, parameters: readonly string[]): Contender => ({
    name,
    expected,
    // Before the clock runs: each run needs a cache of its own.
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
  const path = join(folder, 'disk.raw');
  const handle = await open(path, 'w');
  for (let at = 0; at < diskBytes; at += pieceBytes) await handle.write(randomBytes(pieceBytes));
  // What begins like no other image is a raw disk.
  await handle.write(Buffer.alloc(4096), 0, 4096, 0);
  await handle.close();
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

function isDisk(file: string): boolean {
  return file.endsWith('.raw');
}

/** A number as a file. */
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
