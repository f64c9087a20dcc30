import { readdir, readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { EnsureOptions, Warning } from '../../../src/core.ts';
import { createRootdisk } from '../../../src/core.ts';
import { isImageError } from '../../../src/errors.ts';
import { parts } from '../../fixtures/line.ts';
import type { Report } from './injector.ts';

/** One call after the other: each line of the input has its options and the fault, each line of output its result. */
const { ensureImage } = createRootdisk(parts);
for await (const text of createInterface({ input: process.stdin })) {
  const { environment, options } = JSON.parse(text);
  Object.assign(process.env, environment);
  const report = await run(options);
  for (const name of Object.keys(environment)) delete process.env[name];
  process.stdout.write(
    `${JSON.stringify({ ...report, open: await openFiles(options.cacheDir) })}\n`,
  );
}

async function run(options: EnsureOptions): Promise<Omit<Report, 'open'>> {
  const warnings: Warning[] = [];
  try {
    const image = await ensureImage('acme:1', {
      ...options,
      onProgress: (event) => {
        if (event.type === 'warning') warnings.push(event.warning);
      },
    });
    await image.dispose();
    return { path: image.path, origin: image.origin, warnings };
  } catch (error) {
    if (!isImageError(error)) throw error;
    const { code, exitCode, message, hint } = error;
    return { error: { code, exitCode, message, hint }, warnings };
  }
}

/** Files below a folder that this process has open. */
async function openFiles(folder = ''): Promise<string[]> {
  const open = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
}
