import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';
import { type FakeRegistry, startFakeRegistry } from '../oci/fake-registry.ts';
import { flagsFor, parseOutput, runCli } from './spawn-cli.ts';

let line: Line;
let registry: FakeRegistry;
const disk = makeDisk();
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest: sha256(disk),
};

beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
  registry = await startFakeRegistry();
});
afterEach(async () => {
  await registry.close();
  await line.close();
});

/** The command on a machine of its own. */
function runOn(machine: string, args: string[]) {
  const flags = flagsFor({ ...line, cacheDir: join(line.folder, machine) });
  return runCli([...args, '--json', ...flags]);
}

test('one machine fetches and writes, the others ask the registry alone', async () => {
  const place = `${registry.host}/fleet/images`;
  const write = ['ensure', 'acme:1', '--registry', place, '--registry-write'];
  expect(parseOutput(await runOn('one', write))).toMatchObject({ origin: 'network' });
  line.asked();
  const only = ['ensure', 'acme:1', '--registry', place, '--registry-only'];
  expect(parseOutput(await runOn('two', only))).toMatchObject({ origin: 'tier' });
  expect(line.asked()).toEqual(['index.json']);
}, 60_000);

test('a registry that has nothing is an error where it alone may be asked', async () => {
  const only = ['--registry', `${registry.host}/fleet/images`, '--registry-only'];
  const ran = await runOn('one', ['ensure', 'acme:1', ...only]);
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain('no tier (registry) has acme.raw');
  expect(line.asked()).toEqual(['index.json']);
});

test.each<[string, string[], string]>([
  ['a place without a repository', ['--registry', 'reg.example'], 'Write HOST/REPO'],
  ['an option of no command', ['--registry-only'], 'Add --registry HOST/REPO'],
  ['a contradiction', ['--registry', 'a/b', '--registry-only', '--registry-write'], 'Leave out'],
])('%s is refused', async (_title, flags, hint) => {
  const ran = await runOn('one', ['ensure', 'acme:1', ...flags]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(hint);
  expect(line.asked()).toEqual([]);
});
