import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Process ids are unique only on one machine or in one container. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/**
 * A new name beside an output, for a file that becomes the output or is needed to make it. The name says which
 * process owns it.
 */
export function partialPath(output: string): string {
  const name = `${prefixOf(output)}${host}-${process.pid}-${randomBytes(4).toString('hex')}`;
  return join(dirname(output), name);
}

/** Removes files beside an output that killed processes of this machine left. */
export async function sweepPartials(output: string): Promise<void> {
  const folder = dirname(output);
  const prefix = prefixOf(output);
  // An unreadable folder is reported when the file is created.
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const [, pid] =
      new RegExp(`^${host}-([0-9]+)-[0-9a-f]{8}$`).exec(name.slice(prefix.length)) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function prefixOf(output: string): string {
  return `.${basename(output)}.`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user exists although it may not be signalled.
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH';
  }
}
