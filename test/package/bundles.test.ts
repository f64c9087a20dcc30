import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, installPackage, root } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
  // The optional packages that a user did not install.
  await rm(join(consumer.folder, 'node_modules/@sigstore'), { recursive: true });
  const program = await readFile(join(root, 'test/package/bundled-program.ts'), 'utf8');
  await writeFile(join(consumer.folder, 'app.js'), stripTypeScriptTypes(program));
});
afterAll(() => consumer.close());

const beside = 'what it lacks is found beside it';
const works = { ensure: 'network', again: 'cache', gz: 'same', qcow2: 'same' };
const lacks = (name: string): unknown => ['ERR_CODEC_UNAVAILABLE', expect.stringContaining(name)];
const sigstore = ['ERR_SIGNATURE', expect.stringContaining('npm install @sigstore/verify')];

/** Runs one file in a folder of its own, with or without these packages beside it. */
async function runAlone(file: string, packages: string[] = []): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-alone-'));
  try {
    await cp(join(consumer.folder, file), join(folder, 'app.mjs'));
    for (const name of packages) {
      await mkdir(join(folder, 'node_modules', name, '..'), { recursive: true });
      await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    const ran = spawnSync(process.execPath, ['app.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    return JSON.parse(ran.stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('esbuild without a flag for this package', () => {
  beforeAll(() => {
    const program = join(root, 'node_modules/esbuild/bin/esbuild');
    const plain = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning'];
    const { folder: cwd } = consumer;
    const ran = spawnSync(program, ['app.js', ...plain, '--outfile=esbuild.mjs'], { cwd });
    expect(String(ran.stderr)).toBe('');
  });

  test('the file works alone, and names what it lacks', async () => {
    expect(await runAlone('esbuild.mjs')).toEqual({
      ...{ ...works, sigstore },
      ...{ xz: lacks('@napi-rs/lzma'), zip: lacks('yauzl') },
    });
  });

  test(beside, async () => {
    const packages = ['@napi-rs/lzma', 'yauzl'];
    const all = { ...works, xz: 'same', zip: 'same', sigstore };
    expect(await runAlone('esbuild.mjs', packages)).toEqual(all);
  });
});

describe('rollup with its plug-ins for packages', () => {
  beforeAll(async () => {
    const plugins = [
      '@rollup/plugin-node-resolve',
      '@rollup/plugin-commonjs',
      '@rollup/plugin-json',
    ];
    const tools = join(consumer.folder, 'tools');
    await mkdir(tools);
    await writeFile(join(tools, 'package.json'), '{"private":true}');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--silent'];
    execFileSync('npm', ['install', ...quiet, ...plugins], { cwd: tools });
    const rollup = join(root, 'node_modules/rollup/dist/bin/rollup');
    const use = plugins.flatMap((name) => [
      '-p',
      join(tools, 'node_modules', name, 'dist/cjs/index.js'),
    ]);
    const one = ['--format', 'es', '--inlineDynamicImports', '--file', 'rollup.mjs', '--silent'];
    execFileSync(process.execPath, [rollup, 'app.js', ...use, ...one], { cwd: consumer.folder });
  });

  test('the file works alone, and names what it lacks', async () => {
    const xz = lacks('@napi-rs/lzma');
    expect(await runAlone('rollup.mjs')).toEqual({ ...works, xz, zip: 'same', sigstore });
  });

  test(beside, async () => {
    const all = { ...works, xz: 'same', zip: 'same', sigstore };
    expect(await runAlone('rollup.mjs', ['@napi-rs/lzma'])).toEqual(all);
  });
});
