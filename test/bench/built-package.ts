import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Root of the checkout, with a slash at its end. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));
/** The command line of the built package. */
export const cli: string = `${root}dist/cli.js`;

/** Builds `dist/`; shows the output only if the build fails. */
export function buildPackage(): void {
  const built = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`npm run build: ${built.stderr}${built.stdout}`);
}

/** Formats that the built package reads, outermost names of layers. */
export async function readFormats(): Promise<Set<string>> {
  const { builtIns } = (await import(pathToFileURL(`${root}dist/index.js`).href)) as {
    builtIns: { formats: { id: string }[] };
  };
  return new Set(builtIns.formats.map(({ id }) => id));
}
