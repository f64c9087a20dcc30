import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDir } from '../../cache/temp-dir.ts';

/** Why loop devices cannot be made here; `undefined` where they can. */
export function whyNoLoops(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const probe =
    'f=$(mktemp) && truncate -s 1M "$f" && l=$(losetup -f --show "$f") && losetup -d "$l"';
  try {
    execFileSync('sh', ['-c', `${probe} && rm "$f"`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'may not make loop devices';
  }
}

/** A block device over a file of its own that holds `bytes`; both are gone after the test. */
export interface LoopDevice {
  path: string;
  /** The file behind it: what it holds after a sync. */
  file: string;
}

export async function makeLoop(bytes: Uint8Array): Promise<LoopDevice> {
  const file = join(await tempDir(), 'behind');
  await writeFile(file, bytes);
  return { path: attach(file), file };
}

/** Makes a loop device over a file or another device. */
export function attach(over: string, ...flags: string[]): string {
  const path = runText('losetup', [...flags, '-f', '--show', over]).trim();
  onTestFinished(() => {
    runText('losetup', ['-d', path]);
  });
  return path;
}

/** Makes the first partition of a device, 4 MiB from 1 MiB on; returns its path. */
export function addPartition({ path }: LoopDevice): string {
  runText('addpart', [path, '1', '2048', '8192']);
  onTestFinished(() => {
    runText('delpart', [path, '1']);
  });
  return `${path}p1`;
}

export function runText(command: string, parameters: string[]): string {
  return execFileSync(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}
