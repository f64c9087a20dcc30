import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, installPackage, root } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

test('contains the promised files and nothing else', async () => {
  const names = await readdir(join(consumer.folder, 'package'));
  const pages = ['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md'];
  expect(names.sort()).toEqual([...pages, 'dist', 'docs', 'examples', 'package.json', 'schemas']);
});

test('every subpath can be imported', async () => {
  const paths = Object.keys(consumer.manifest.exports).filter((path) => !path.endsWith('.json'));
  const imports = paths.map((path) => `import('rootdisk${path.slice(1)}')`);
  const program = `const all = await Promise.all([${imports.join()}]);
    console.log(JSON.stringify(all.map((one) => Object.keys(one).length > 0)));`;
  await writeFile(join(consumer.folder, 'all.js'), program);
  const { stdout, stderr } = consumer.node('all.js');
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(paths.map(() => true));
});

test('the command line runs', () => {
  const cli = join(consumer.folder, 'node_modules/rootdisk/dist/cli.js');
  expect(consumer.node(cli, '--version').stdout.trim()).toContain(consumer.manifest.version);
  const failed = consumer.node(
    cli,
    'ensure',
    'no-such-vendor',
    '--json',
    '--cache-dir',
    join(consumer.folder, 'c'),
  );
  expect(failed.status).toBe(2);
  expect(JSON.parse(failed.stdout).error.code).toBe('ERR_UNKNOWN_VENDOR');
});

test('under a Node.js that is too old, the command line ends with one sentence', async () => {
  const cli = join(consumer.folder, 'node_modules/rootdisk/dist/cli.js');
  const older = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`;
  const ran = consumer.node('--import', `data:text/javascript,${older}`, cli, '--version');
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^rootdisk: Node\.js 20\.20\.2 is too old: use [^\n]+\.\n$/);
  // Any other module that it imports might not load there.
  const text = await readFile(cli, 'utf8');
  expect(
    [...text.matchAll(/^import\b[^;(]*\bfrom *['"](.*?)['"]/gm)].map((match) => match[1]),
  ).toEqual(['node:process']);
});

describe('examples', () => {
  test('the example vendor resolves and ensures against a server on loopback', async () => {
    await cp(join(root, 'examples/own-vendor.ts'), join(consumer.folder, 'own-vendor.ts'));
    await writeFile(
      join(consumer.folder, 'run.js'),
      `import { createHash } from 'node:crypto';
      import { buildQcow2Image, mirrorsFor, startUpstream } from 'rootdisk/testing';
      import { rootdisk } from './own-vendor.ts';
      const disk = new Uint8Array(1 << 20);
      disk[510] = 0x55; disk[511] = 0xaa; disk[450] = 0x83; disk[454] = 1; disk[458] = 8;
      const { bytes } = buildQcow2Image({ virtualSize: 1 << 20, extents: [{ position: 0, bytes: disk }] });
      const sum = createHash('sha256').update(bytes).digest('hex');
      const upstream = await startUpstream();
      const at = (path) => 'images.example.com/' + path;
      upstream.route(at('index.json'), JSON.stringify([{ release: '5', arch: 'amd64', build: '20260101', file: 'a.qcow2' }]));
      upstream.route(at('SHA256SUMS'), sum + '  a.qcow2\\n');
      upstream.route(at('a.qcow2'), bytes);
      const mirrors = mirrorsFor(upstream, ['https://images.example.com/']);
      const image = await rootdisk.ensureImage('example:5', { arch: 'amd64', mirrors, cacheDir: process.argv[2] });
      console.log(JSON.stringify({ level: image.trust.level, size: image.virtualSize }));
      await upstream.close();`,
    );
    const { stdout, stderr } = consumer.node('run.js', join(consumer.folder, 'cache'));
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ level: 'checksum', size: 1 << 20 });
  });
});
