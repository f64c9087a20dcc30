import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildQcow2Image } from '../../src/testing/index.ts';
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

/** Runs one file in a separate folder, with or without these packages beside it. */
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

  test('the file works alone, and names the missing packages', async () => {
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

test('the example of an action is one file, which decodes in threads', async () => {
  const program = await readFile(join(root, 'examples/action/main.ts'), 'utf8');
  await writeFile(join(consumer.folder, 'action.js'), stripTypeScriptTypes(program));
  const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
  const flags = ['--bundle', '--platform=node', '--format=esm', '--outfile=action.mjs'];
  const { folder: cwd } = consumer;
  spawnSync(esbuild, ['action.js', ...flags, '--log-level=warning'], { cwd });
  const { bytes } = buildQcow2Image({
    virtualSize: 64 * 1024 ** 2,
    // Digits, so that clusters are compressed.
    extents: [{ position: 0, bytes: Buffer.from(randomBytes(8 * 1024 ** 2).toString('hex')) }],
    compression: 'zlib',
  });
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-action-'));
  try {
    await cp(join(cwd, 'action.mjs'), join(folder, 'main.mjs'));
    await writeFile(join(folder, 'disk.qcow2'), bytes);
    const counter = `import { Worker } from 'node:worker_threads';
      import { syncBuiltinESMExports } from 'node:module';
      import threads from 'node:worker_threads';
      threads.Worker = class extends Worker { constructor(...all) { super(...all); process.stderr.write('thread '); } };
      syncBuiltinESMExports();`;
    await writeFile(join(folder, 'count.mjs'), counter);
    const output = join(folder, 'output');
    const ran = spawnSync(process.execPath, ['--import', './count.mjs', 'main.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        INPUT_REFERENCE: './disk.qcow2',
        GITHUB_OUTPUT: output,
        XDG_CACHE_HOME: folder,
      },
    });
    expect(ran.status, ran.stdout).toBe(0);
    expect(ran.stderr).toContain('thread thread');
    const [, path = ''] = /^path=(.+)$/m.exec(await readFile(output, 'utf8')) ?? [];
    expect((await stat(path)).size).toBe(64 * 1024 ** 2);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

  test('the file works alone, and names the missing packages', async () => {
    const xz = lacks('@napi-rs/lzma');
    expect(await runAlone('rollup.mjs')).toEqual({ ...works, xz, zip: 'same', sigstore });
  });

  test(beside, async () => {
    const all = { ...works, xz: 'same', zip: 'same', sigstore };
    expect(await runAlone('rollup.mjs', ['@napi-rs/lzma'])).toEqual(all);
  });
});
