import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mirrorsFor, startUpstream } from '../../src/testing/upstream.ts';
import { type Consumer, installPackage, root } from './consumer.ts';

let consumer: Consumer;
let acme: string;
let app: string;

beforeAll(async () => {
  consumer = await installPackage();
  // Outside of the consumer's own node_modules folder.
  acme = `${consumer.folder}-acme`;
  app = `${consumer.folder}-app`;
});
afterAll(async () => {
  await consumer.close();
  for (const folder of [acme, app]) await rm(folder, { recursive: true, force: true });
});

/** Runs a program in a folder; rejects if it fails. */
async function run(cwd: string, program: string, ...parameters: string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd, env, maxBuffer: 64 * 1024 ** 2 };
  return (await promisify(execFile)(program, parameters, options)).stdout;
}

/** As an author and a user do; the packages installed in this repository are available without a request. */
function install(cwd: string, ...packages: string[]): Promise<string> {
  return run(cwd, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packages);
}

test('its own tests pass against the packed package', async () => {
  await cp(join(root, 'examples/acme-vendor'), acme, { recursive: true });
  await install(acme, '--save-dev', consumer.tarball);
  const stdout = await run(acme, 'npm', 'test');
  expect(stdout).toMatch(/fail 0/);
  expect(Number(/pass (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(35);
});

test('packed and installed, it works through --plugin', async () => {
  await run(acme, 'npm', 'pack', '--silent');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{"private":true}');
  await install(app, consumer.tarball, join(acme, 'rootdisk-acme-1.0.0.tgz'));

  const program = `import { content, documents, image } from './test/samples.ts';
    const [disk, file] = [content, image].map((bytes) => Buffer.from(bytes).toString('base64'));
    console.log(JSON.stringify({ documents, disk, file }));`;
  await writeFile(join(acme, 'print.mts'), program);
  const samples: { documents: Record<string, string>; disk: string; file: string } = JSON.parse(
    await run(acme, process.execPath, '--no-warnings', 'print.mts'),
  );
  const upstream = await startUpstream({
    'images.acme.example/acme-3-amd64.acmez': Buffer.from(samples.file, 'base64'),
  });
  for (const [address, text] of Object.entries(samples.documents)) {
    upstream.route(address.replace('https:/', ''), text);
  }
  const [mirror = []] = Object.entries(mirrorsFor(upstream, ['https://images.acme.example/']));
  const here = ['--plugin', 'rootdisk-acme', '--mirror', mirror.join('='), '--json'];
  const cli = join(app, 'node_modules/.bin/rootdisk');

  const listed = JSON.parse(await run(app, cli, 'list', 'acme-os', ...here));
  expect(listed.releases).toMatchObject([{ release: '3', arches: ['amd64', 'arm64'] }]);
  const call = ['ensure', 'acme-os:anvil', '--arch', 'amd64', '--cache-dir', join(app, 'cache')];
  const image = JSON.parse(await run(app, cli, ...call, ...here));
  expect(image).toMatchObject({ vendor: 'acme-os', release: '3', trust: { level: 'signed' } });
  expect(await readFile(image.path)).toEqual(Buffer.from(samples.disk, 'base64'));
  await upstream.close();
});
