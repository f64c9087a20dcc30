import fsSync from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

/** The file system operations until the end of the test. */
export interface Asked {
  /** In the thread pool, where each costs a change of threads. */
  count: number;
  /** The maximum number of these at the same time. */
  most: number;
  /** Synchronous operations, for which the process waits. */
  atOnce: number;
}

const later = ['lstat', 'stat', 'open', 'readdir', 'readFile', 'unlink', 'rm', 'access'];
const ofHandles = ['read', 'stat', 'close', 'readFile'];
const others = ['chmod', 'utimes', 'mkdir', 'rename', 'writeFile', 'realpath', 'statfs'];

/** Counts file system operations. `all`: also writes; otherwise a removal counts as its files. */
export async function watchFiles({ all = false }: { all?: boolean } = {}): Promise<Asked> {
  const asked = { count: 0, most: 0, atOnce: 0 };
  let open = 0;
  const handle = await fs.open('/dev/null');
  const handles: object = Object.getPrototypeOf(handle);
  await handle.close();
  const names = all ? [...later, ...others] : later;
  for (const [owner, name] of [
    ...names.map((one) => [fs, one] as const),
    ...ofHandles.map((one) => [handles, one] as const),
  ]) {
    replace(owner, name, async (call) => {
      asked.count += 1;
      open += 1;
      asked.most = Math.max(asked.most, open);
      try {
        return await call();
      } finally {
        open -= 1;
      }
    });
  }
  for (const name of [...new Set([...later, ...others, ...ofHandles, 'fstat'])]) {
    if (!(`${name}Sync` in fsSync)) continue;
    replace(fsSync, `${name}Sync`, (call) => {
      asked.atOnce += 1;
      return call();
    });
  }
  syncBuiltinESMExports();
  return asked;
}

function replace(owner: object, name: string, around: (call: () => unknown) => unknown): void {
  const real = Reflect.get(owner, name);
  Reflect.set(owner, name, function (this: unknown, ...parameters: unknown[]) {
    return around(() => Reflect.apply(real, this, parameters));
  });
  onTestFinished(() => {
    Reflect.set(owner, name, real);
    syncBuiltinESMExports();
  });
}
