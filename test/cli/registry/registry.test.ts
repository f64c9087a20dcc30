import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { type FakeRegistry, startFakeRegistry } from '../../oci/fake-registry.ts';
import { parseOutput, type Ran, runCli, withFlags } from '../spawn-cli.ts';

let line: Line;
let registry: FakeRegistry;
let place: string;
const packed = gzipSync(makeDisk());
const digest = sha256(packed);
const name = 'acme_1_default_amd64_20260101';

beforeAll(async () => {
  line = await startLine();
  registry = await startFakeRegistry();
  place = `${registry.host}/fleet/images`;
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
  line.offer({ ...build, digest }, packed);
});
afterAll(async () => {
  await line.close();
  await registry.close();
});

/** `registry WORD PLACE REST…` */
const run = (word: string, ...rest: string[]): Promise<Ran> =>
  runCli(withFlags(line, ['registry', word, place, ...rest]), { cwd: line.folder });

test('push, ls, verify and pull, one after the other', async () => {
  const pushed = await run('push', 'acme:1');
  expect(pushed).toMatchObject({ code: 0, stdout: `acme:1  pushed  ${name}\n` });
  expect(pushed.stderr).toContain('acme.raw.gz');
  expect((await run('push', 'acme:1', '-q')).stdout).toBe(`acme:1  there  ${name}\n`);

  const listed = await run('ls');
  expect(listed.code).toBe(0);
  expect(listed.stdout.split('\n').map((row) => row.trim().split(/ {2,}/))).toMatchObject([
    ['NAME', 'FILES', 'CLAIMS'],
    [name, expect.stringMatching(/^disk /), 'checksum'],
    ['1 image'],
    [''],
  ]);
  expect(parseOutput(await run('ls', '--json'))).toMatchObject({
    ...{ registry: place, foreign: 0 },
    images: [{ name, claims: 'checksum', files: [{ role: 'disk', digest }] }],
  });

  const verified = await run('verify');
  expect(verified.code).toBe(0);
  expect(verified.stdout).toMatch(/intact +unproved: no document is signed for acme/);

  const cacheDir = join(line.folder, 'other');
  const pull = (...more: string[]) =>
    runCli(['registry', 'pull', place, name, '--cache-dir', cacheDir, ...more]);
  const refused = await pull();
  expect(refused).toMatchObject({ code: 5, stdout: `${name}  failed  -\n` });
  expect(refused.stderr).toContain('--digest');
  expect(await pull('--digest', digest)).toMatchObject({
    code: 0,
    stdout: `${name}  pulled  ${name}.raw\n`,
  });
});

test('mirror tells what is there, and the exit code is that of the first failure', async () => {
  expect(
    (await runCli(withFlags(line, ['lock', 'add', 'acme:1']), { cwd: line.folder })).code,
  ).toBe(0);
  await run('push', 'acme:1', '-q');
  const there = await run('mirror');
  expect(there).toMatchObject({ code: 0, stdout: `acme-1  amd64  there  ${name}\n` });
  registry.interpose = (_request, response) => {
    response.writeHead(403).end();
    return true;
  };
  const failed = await run('mirror', '--json');
  registry.interpose = () => undefined;
  expect(failed.code).toBe(4);
  expect(parseOutput(failed)).toMatchObject({
    images: [{ alias: 'acme-1', state: 'failed', error: { code: 'ERR_HTTP_STATUS' } }],
  });
});

test('damage ends with 5, and says what the operator has to do', async () => {
  await run('push', 'acme:1', '-q');
  registry.blobs.set(digest, Buffer.alloc(packed.length, 7));
  const verified = await run('verify');
  registry.blobs.set(digest, packed);
  expect(verified.code).toBe(5);
  expect(verified.stdout).toContain('disk other-bytes');
  expect(verified.stdout).toContain('1 image, 1 damaged or with a wrong origin');
  expect(verified.stdout).toContain('Pushing again does not repair it');
});

test.each([
  [['ls', 'nowhere'], 'is not HOST/REPOSITORY'],
  [['ls', 'localhost:5000/Big'], 'has no repository'],
  [['push', 'localhost:5000/images'], 'registry push needs'],
  [['pull', 'localhost:5000/images'], 'registry pull needs'],
  [['ls', 'localhost:5000/images', '--registry-mirror', 'ftp://x'], 'registryMirror'],
])('%j is a wrong call', async (args, message) => {
  const ran = await runCli(['registry', ...args]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(message);
});
