import { execFile } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';
import { isAllowed } from './licences.ts';

const mostBytes = 20_000_000;

let consumer: Consumer;
let modules: string;

/** From the registry, as for its users: the newest version of each range, for this system. */
beforeAll(async () => {
  consumer = await installPackage();
  const project = join(consumer.folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{"private":true}');
  const words = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', [...words, '--prefer-offline', consumer.tarball], {
    cwd: project,
  });
  modules = join(project, 'node_modules');
});
afterAll(() => consumer.close());

/** Every file below a folder, links not followed. */
async function listInstalled(): Promise<{ path: string; bytes: number; blocks: number }[]> {
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  return await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const { size, blocks } = await lstat(path);
      return { path: path.slice(modules.length + 1), bytes: size, blocks };
    }),
  );
}

test('an installation has at most 20 MB', async () => {
  const files = await listInstalled();
  const taken = files.reduce((sum, { blocks }) => sum + blocks * 512, 0);
  console.log(
    `installed: ${(taken / 1e6).toFixed(1)} MB on disk, ${files.length} files and folders`,
  );
  expect(files.length).toBeGreaterThan(100);
  expect(taken).toBeLessThanOrEqual(mostBytes);
});

test('the newest installed versions have licences that are compatible with MIT', async () => {
  const isManifest = /^(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+\/package\.json$/;
  const files = (await listInstalled()).filter(({ path }) => isManifest.test(path));
  const refused: string[] = [];
  for (const { path } of files) {
    const { license }: { license?: unknown } = JSON.parse(
      await readFile(join(modules, path), 'utf8'),
    );
    if (!isAllowed(license)) refused.push(`${path}: ${String(license)}`);
  }
  expect(files.length).toBeGreaterThan(20);
  expect(refused).toEqual([]);
});
