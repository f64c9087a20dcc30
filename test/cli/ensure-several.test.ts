import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';
import { makeBzimage } from '../image/make-kernel.ts';
import { flagsFor, type Ran, runCli } from './spawn-cli.ts';

const one = gzipSync(makeDisk(1024 ** 2, 1));
const two = gzipSync(makeDisk(1024 ** 2, 2));
const kernel = makeBzimage();
const layers = ['gz', 'raw'];

let line: Line;
beforeEach(async () => {
  line = await startLine();
  const boot = { kernel: ['vmlinuz', sha256(kernel)] };
  const builds = [
    { release: '1', snapshot: '20260101', file: 'one.gz', layers, digest: sha256(one), boot },
    { release: '2', snapshot: '20260202', file: 'two.gz', layers, digest: sha256(two), boot },
  ];
  line.upstream.route('images.acme.example/index.json', JSON.stringify(builds));
  line.upstream.route('images.acme.example/one.gz', one);
  line.upstream.route('images.acme.example/two.gz', two);
  line.upstream.route('images.acme.example/vmlinuz', kernel);
});
afterEach(() => line.close());

const ensure = (...args: string[]): Promise<Ran> => runCli(['ensure', ...args, ...flagsFor(line)]);
/** The names of the cached files that stdout lists, without their vendor, variant and architecture. */
const namesOf = ({ stdout }: Ran): string[] =>
  stdout.split('\n').map((path) => path.replace(/^.*acme_(.)_.*(\..*)$/, '$1$2'));

test('a path a line in the order given; an index that both need is asked for once', async () => {
  const ran = await ensure('acme:2', 'acme:1');
  expect(ran.code).toBe(0);
  expect(namesOf(ran)).toEqual(['2.raw', '1.raw', '']);
  expect(line.asked()).toEqual(['index.json', 'two.gz', 'one.gz']);
});

test('all are tried; one that failed is an empty line, and the first of them gives the exit code', async () => {
  line.upstream.route('images.acme.example/one.gz', two);
  const ran = await ensure('acme:7', 'acme:2', 'acme:1', '--quiet');
  expect(ran.code).toBe(3);
  expect(namesOf(ran)).toEqual(['', '2.raw', '', '']);
  const told = ran.stderr.split('\n').filter((text) => text.startsWith('rootdisk: '));
  expect(told.map((text) => text.slice(0, 18))).toEqual([
    'rootdisk: acme:7: ',
    'rootdisk: acme:1: ',
  ]);
  expect(ran.stderr).toContain('code: ERR_DIGEST');
  expect((await ensure('acme:1', 'acme:7')).code).toBe(5);
});

test('--json is one list, with an object for each that failed', async () => {
  const ran = await ensure('acme:1', 'acme:7', '--json');
  expect(ran.code).toBe(3);
  expect(JSON.parse(ran.stdout)).toMatchObject([
    { vendor: 'acme', release: '1', origin: 'network' },
    { reference: 'acme:7', error: { code: 'ERR_NOT_FOUND', exitCode: 3 } },
  ]);
});

test('--boot prints the paths of one image on lines that follow each other', async () => {
  const ran = await ensure('acme:1', 'acme:2', '--boot');
  expect(namesOf(ran)).toEqual(['1.raw', '1.kernel', '2.raw', '2.kernel', '']);
});

test('events say of which reference they are, errors too', async () => {
  const { stderr } = await ensure('acme:1', 'acme:7', '--progress', 'json');
  const events = stderr.trimEnd().split('\n');
  const seen = new Set(events.map((text) => JSON.parse(text).reference));
  expect([...seen]).toEqual(['acme:1', 'acme:7']);
  const error = { code: 'ERR_NOT_FOUND' };
  expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({
    ...{ type: 'error', reference: 'acme:7', error },
  });
});

test.each([
  ['--digest', sha256(one)],
  ['--output', 'vm.raw'],
])('%s is of one disk', async (flag, value) => {
  const ran = await ensure('acme:1', 'acme:2', flag, value);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain(`${flag} takes one reference`);
  expect(line.asked()).toEqual([]);
});
