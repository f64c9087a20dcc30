import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flagsFor, type RunOptions, runCli } from '../../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';

const disk = makeDisk();
const packed = gzipSync(disk);
const slow = new URL('../../fixtures/slow-removal.ts', import.meta.url).href;

let line: Line;
beforeEach(async () => {
  line = await startLine();
  const file = 'acme.raw.gz';
  const build = { release: '1', snapshot: '20260101', file, layers: ['gz', 'raw'] };
  line.offer({ ...build, digest: sha256(packed) }, packed);
});
afterEach(() => line.close());

const staged = (): Promise<string[]> => readdir(join(line.cacheDir, 'images-v1/.staging'));

/** The command line in a process in which a removal takes this long. */
function ensure(ms: number, options: RunOptions = {}) {
  const env = { NODE_OPTIONS: `--import=${slow}`, SLOW_REMOVAL_MS: String(ms) };
  return runCli(['ensure', 'acme:1', ...flagsFor(line)], { ...options, env });
}

test('the command line prints the path, then ends when the staging folder is empty', async () => {
  let atPath: string[] | undefined;
  const looking: Promise<unknown>[] = [];
  const ran = await ensure(2000, {
    onStdout: () => {
      looking.push(staged().then((names) => (atPath ??= names)));
    },
  });
  await Promise.all(looking);
  expect(ran).toMatchObject({ code: 0 });
  expect(atPath).toHaveLength(1);
  expect(await sha256File(ran.stdout.trim())).toBe(sha256(disk));
  expect(await staged()).toEqual([]);
});

test('the next call removes the files of a process that was killed after its answer', async () => {
  const killed = await ensure(3_600_000, { onStdout: (_, child) => void child.kill('SIGKILL') });
  expect(killed.code).toBeNull();
  expect(await sha256File(killed.stdout.trim())).toBe(sha256(disk));
  expect(await staged()).toHaveLength(1);
  const again = await line.ensure();
  expect(again).toMatchObject({ origin: 'cache', path: killed.stdout.trim() });
  await again.dispose();
  expect(await staged()).toEqual([]);
});

test('a prune removes them too, even new ones', async () => {
  await ensure(3_600_000, { onStdout: (_, child) => void child.kill('SIGKILL') });
  expect(await staged()).toHaveLength(1);
  const pruned = await runCli(['cache', 'prune', '--cache-dir', line.cacheDir]);
  expect(pruned).toMatchObject({ code: 0 });
  expect(await staged()).toEqual([]);
});
