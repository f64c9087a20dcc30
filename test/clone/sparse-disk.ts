import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, stat } from 'node:fs/promises';

export const MiB: number = 1024 * 1024;

/** Data at both ends, across a boundary of 1 MiB, and single blocks; holes between them. */
const places: readonly (readonly [position: number, length: number])[] = [
  [0, 8192],
  [MiB - 4096, 12_288],
  [3 * MiB + 4096, 4096],
  [3 * MiB + 16_384, 4096],
  [20 * MiB, 2 * MiB],
  [32 * MiB - 512, 512],
];
export const sparseBytes: number = 32 * MiB;

/** A sparse raw disk at `path`, different each time. */
export async function makeSparseDisk(path: string): Promise<void> {
  const handle = await open(path, 'wx');
  await handle.truncate(sparseBytes);
  for (const [position, length] of places) {
    await handle.write(randomBytes(length), 0, length, position);
  }
  await handle.close();
}

export async function occupied(path: string): Promise<number> {
  return (await stat(path)).blocks * 512;
}

/** What a program prints; `undefined` where it is not installed. */
export function tryProgram(program: string, parameters: readonly string[]): string | undefined {
  try {
    return execFileSync(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    const said = error instanceof Error ? Reflect.get(error, 'stderr') : '';
    throw new Error(`${program} ${parameters.join(' ')}: ${said}`, { cause: error });
  }
}
