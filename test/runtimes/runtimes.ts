import { execFile } from 'node:child_process';
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The way to get each one, in the order of the table. */
export const sources: Record<string, (folder: string) => Promise<string[]>> = {
  'node 22': () => findNode(22),
  'node 26': () => findNode(26),
  bun: async (folder) => [await installBinary(folder, 'bun', 'bin/bun'), 'run'],
  deno: async (folder) => [await installBinary(folder, 'deno', 'deno'), 'run', '--allow-all'],
};

/** From the npm package, whose first dependency is the program for this platform. */
async function findNode(major: number): Promise<string[]> {
  const print = 'node -p process.execPath';
  const { stdout } = await run('npx', ['-y', '-p', `node@${major}`, '-c', print]);
  return [stdout.trim()];
}

/**
 * The program itself, from the package for this platform: npm may refuse the script that would install it, and the
 * command in the package needs Node.js.
 */
async function installBinary(folder: string, name: string, path: string): Promise<string> {
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{"private":true}');
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', name], { cwd: home });
  const scope = join(home, 'node_modules', name === 'bun' ? '@oven' : '@deno');
  for (const platform of await readdir(scope)) {
    const program = join(scope, platform, path);
    const isThere = await access(program).then(
      () => true,
      () => false,
    );
    if (isThere) return program;
  }
  throw new Error(`npm installed no ${name} for ${process.platform} on ${process.arch}`);
}
