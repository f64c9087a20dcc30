import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let manifest: { exports: Record<string, unknown>; files: string[]; version: string };

/** A consumer's project with the packed package in it, and only the dependencies that the package names. */
beforeAll(async () => {
  manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-package-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === '@types' || name === 'rootdisk') continue;
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  await cp(join(folder, 'package'), join(modules, 'rootdisk'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function node(...parameters: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8' });
}

test('holds what is promised and nothing else', async () => {
  const names = await readdir(join(folder, 'package'));
  const wanted = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json'];
  expect(names.filter((name) => name !== 'docs').sort()).toEqual(wanted);
});

test('every subpath can be imported', async () => {
  const paths = Object.keys(manifest.exports).filter((path) => !path.endsWith('.json'));
  const imports = paths.map((path) => `import('rootdisk${path.slice(1)}')`);
  const program = `const all = await Promise.all([${imports.join()}]);
    console.log(JSON.stringify(all.map((one) => Object.keys(one).length > 0)));`;
  await writeFile(join(folder, 'all.js'), program);
  const { stdout, stderr } = node('all.js');
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(paths.map(() => true));
});

test('importing the root loads nothing heavy', async () => {
  await writeFile(
    join(folder, 'light.js'),
    `import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve: (name, about, next) => (seen.push(name), next(name, about)) });
    await import('rootdisk');
    console.log(JSON.stringify(seen.filter((name) => /^(got|cheerio|fast-xml|yauzl|@napi|p-limit|node:sqlite)/.test(name))));`,
  );
  expect(JSON.parse(node('light.js').stdout)).toEqual([]);
});

test('the command line runs', () => {
  const cli = join(folder, 'node_modules/rootdisk/dist/cli.js');
  expect(node(cli, '--version').stdout.trim()).toContain(manifest.version);
  const failed = node(cli, 'ensure', 'no-such-vendor', '--json', '--cache-dir', join(folder, 'c'));
  expect(failed.status).toBe(2);
  expect(JSON.parse(failed.stdout).error.code).toBe('ERR_UNKNOWN_VENDOR');
});

test('under a Node.js that is too old, the command line ends with one sentence', async () => {
  const cli = join(folder, 'node_modules/rootdisk/dist/cli.js');
  const older = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`;
  const ran = node('--import', `data:text/javascript,${older}`, cli, '--version');
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^rootdisk: Node\.js 20\.20\.2 is too old: use [^\n]+\.\n$/);
  // Anything else that it imports could fail to load there.
  const text = await readFile(cli, 'utf8');
  expect([...text.matchAll(/^import .* from '(.*)';$/gm)].map((match) => match[1])).toEqual([
    'process',
  ]);
});

describe('types', () => {
  test('compile without @types/node, strictly', async () => {
    await writeFile(
      join(folder, 'consumer.ts'),
      `import { ensureImage, isImageError, type EnsuredImage, type ProgressEvent } from 'rootdisk';
      import { createRootdisk } from 'rootdisk/core';
      import { defineFormat, defineVendor, defineVerifier, type Codec } from 'rootdisk/kit';
      import { startUpstream, type Upstream } from 'rootdisk/testing';
      import { debian } from 'rootdisk/vendors/debian';
      import { qcow2 } from 'rootdisk/formats/qcow2';
      import { digest } from 'rootdisk/verifiers/digest';
      const options = { onProgress: (event: ProgressEvent) => event.type };
      const image: EnsuredImage = await ensureImage('debian:13', options);
      export const level: string = image.trust.level;
      export const mine = createRootdisk({ vendors: [debian], formats: [qcow2], verifiers: [digest] }).ensureImage;
      export const upstream: Promise<Upstream> = startUpstream();
      export const code = (error: unknown): string => (isImageError(error) ? error.code : '');
      export const codec: Codec = defineFormat({
        kind: 'codec', id: 'none', detect: () => false, decode: (source) => source.stream(),
      });
      export { defineVendor, defineVerifier };`,
    );
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: 'es2023',
          module: 'nodenext',
          types: [],
          skipLibCheck: false,
        },
        files: ['consumer.ts'],
      }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = node(tsc, '-p', folder);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('examples', () => {
  test('the own vendor resolves and ensures against a server on loopback', async () => {
    await cp(join(root, 'examples/own-vendor.ts'), join(folder, 'own-vendor.ts'));
    await writeFile(
      join(folder, 'run.js'),
      `import { createHash } from 'node:crypto';
      import { buildQcow2Image, mirrorsFor, startUpstream } from 'rootdisk/testing';
      import { rootdisk } from './own-vendor.ts';
      const disk = new Uint8Array(1 << 20);
      disk[510] = 0x55; disk[511] = 0xaa; disk[450] = 0x83; disk[454] = 1; disk[458] = 8;
      const { bytes } = buildQcow2Image({ virtualSize: 1 << 20, extents: [{ position: 0, bytes: disk }] });
      const sum = createHash('sha256').update(bytes).digest('hex');
      const upstream = await startUpstream();
      const at = (path) => 'images.example.com/' + path;
      upstream.route(at('index.json'), JSON.stringify([{ release: '5', build: '20260101', file: 'a.qcow2' }]));
      upstream.route(at('SHA256SUMS'), sum + '  a.qcow2\\n');
      upstream.route(at('a.qcow2'), bytes);
      const mirrors = mirrorsFor(upstream, ['https://images.example.com/']);
      const image = await rootdisk.ensureImage('example:5', { mirrors, cacheDir: process.argv[2] });
      console.log(JSON.stringify({ level: image.trust.level, size: image.virtualSize }));
      await upstream.close();`,
    );
    const { stdout, stderr } = node('run.js', join(folder, 'cache'));
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ level: 'checksum', size: 1 << 20 });
  });
});
