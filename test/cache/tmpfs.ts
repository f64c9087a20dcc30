import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDir } from './temp-dir.ts';

/** A small separate file system, or `undefined` if this user may not mount one. */
export async function mountTmpfs(bytes: number): Promise<string | undefined> {
  const path = join(await tempDir(), 'mount');
  await mkdir(path);
  if (!run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'rootdisk-test', path])) return;
  onTestFinished(() => {
    // Lazily: a failed test may still have a file open.
    run('umount', ['-l', path]);
  });
  return path;
}

/** Makes it read-only for all users, even root. */
export function remountReadOnly(path: string): boolean {
  return run('mount', ['-o', 'remount,ro', path]);
}

function run(command: string, parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
