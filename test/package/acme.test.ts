import { spawnSync } from 'node:child_process';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage, root } from './consumer.ts';

let consumer: Consumer;
let acme: string;

/** The example as its author has it: beside the packed package, not in this repository. */
beforeAll(async () => {
  consumer = await installPackage();
  acme = join(consumer.folder, 'acme');
  await cp(join(root, 'examples/acme-vendor'), acme, { recursive: true });
  await mkdir(join(acme, 'node_modules'));
  await symlink(join(root, 'node_modules/@types'), join(acme, 'node_modules/@types'));
});
afterAll(() => consumer.close());

function run(...parameters: string[]): { stdout: string; stderr: string; status: number | null } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, parameters, { cwd: acme, encoding: 'utf8', env });
}

test('its own tests pass against the packed package', () => {
  const { stdout, status } = run('--no-warnings', '--test', 'test/*.test.ts');
  expect(stdout).toMatch(/fail 0/);
  expect(Number(/pass (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(35);
  expect(status).toBe(0);
});

test('it is built, packed and found by --plugin', async () => {
  const built = run(join(root, 'node_modules/typescript/bin/tsc'), '-p', acme);
  expect(built.stdout).toBe('');
  const installed = join(consumer.folder, 'node_modules/rootdisk-acme');
  await mkdir(installed);
  for (const part of ['dist', 'package.json']) {
    await cp(join(acme, part), join(installed, part), { recursive: true });
  }
  await rm(acme, { recursive: true });
  const cli = join(consumer.folder, 'node_modules/rootdisk/dist/cli.js');
  const { stdout } = consumer.node(cli, 'list', '--json', '--plugin', 'rootdisk-acme');
  const { vendors }: { vendors: { id: string }[] } = JSON.parse(stdout);
  expect(vendors.map(({ id }) => id)).toContain('acme-os');
});
