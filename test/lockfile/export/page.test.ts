import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { exportKinds } from '../../../src/contracts/lock-export.ts';
import { makeDraft, makeEntry } from '../../cache/entries/make-entry.ts';
import { runCli } from '../../cli/spawn-cli.ts';

const page = await readFile(new URL('../../../docs/export.md', import.meta.url), 'utf8');
const [, lockText = ''] = /```json\n(\{\n {2}"lockfileVersion"[\s\S]*?)```/.exec(page) ?? [];
const example = /```\n(rootdisk lock export .*--to (\S+))\n```\n\n```\w+\n([\s\S]*?)```/g;
const examples = [...page.matchAll(example)].map(([, line = '', kind = '', shown = '']) => ({
  line,
  kind,
  shown,
}));
/** The page's name of the cache. */
const shownCache = '/var/cache/rootdisk';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-export-'));
  await writeFile(join(folder, 'rootdisk.lock.json'), lockText);
  const [, sha256 = ''] = /"sha256:([0-9a-f]{64})"/.exec(lockText) ?? [];
  const cache = await openCache(join(folder, 'cache'), {});
  const source = { ...makeDraft('').source, sha256 };
  await makeEntry(cache, 'ubuntu_24.04_server_amd64_20260321.raw', 'x', { change: { source } });
});
afterAll(() => rm(folder, { recursive: true }));

test('the page has an example for each tool', () => {
  expect(examples.map(({ kind }) => kind)).toEqual([...exportKinds]);
});

test.each(examples)('$line prints the output on the page', async ({ line, shown }) => {
  const args = line.split(' ').slice(1);
  const ran = await runCli([...args, '--cache-dir', join(folder, 'cache')], { cwd: folder });
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  expect(ran.stdout.replaceAll(join(folder, 'cache'), shownCache)).toBe(shown);
});
