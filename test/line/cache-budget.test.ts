import { utimes } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { listCandidates } from '../../src/cache/prune/candidates.ts';
import type { EnsuredImage } from '../../src/core.ts';
import { runCli, withFlags } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

let line: Line;
const packed = ['1', '2', '3'].map((seed) => gzipSync(makeDisk(4 * 1024 ** 2, Number(seed))));
const nameOf = (snapshot: string): string => `acme_1_default_amd64_${snapshot}.raw`;

beforeEach(async () => {
  line = await startLine();
  const builds = packed.map((bytes, index) => {
    const snapshot = String(index + 1);
    line.upstream.route(`images.acme.example/acme-${snapshot}.raw.gz`, bytes);
    const file = `acme-${snapshot}.raw.gz`;
    return { release: '1', snapshot, file, layers: ['gz', 'raw'], digest: sha256(bytes) };
  });
  line.upstream.route('images.acme.example/index.json', JSON.stringify(builds));
});
afterEach(() => line.close());

/** Two disks, the first of which was used longer ago; and their sizes on disk. */
async function fill(): Promise<number> {
  for (const [snapshot, time] of [
    ['1', 1000],
    ['2', 2000],
  ] as const) {
    await line.ensure(`acme@${snapshot}`);
    await line.releaseAll();
    await utimes(`${line.cacheDir}/images-v1/.leases/${nameOf(snapshot)}`, time, time);
  }
  const [first] = await listCandidates(await openCache(line.cacheDir));
  return first?.allocatedBytes ?? 0;
}

const ofBudget = ({ trust }: EnsuredImage) =>
  trust.warnings.filter(({ code }) => code === 'cache-budget');

test('the least recently used disk is removed before a download, with a warning that names it', async () => {
  const each = await fill();
  const cacheBudget = each + 1000;
  const image = await line.ensure('acme@3', { cacheBudget });
  expect((await line.visible()).sort()).toEqual([nameOf('2'), nameOf('3')]);
  expect(ofBudget(image)).toMatchObject([
    {
      code: 'cache-budget',
      message: expect.stringMatching(/^removed acme_1_default_amd64_1\.raw /),
    },
  ]);
});

test('a hit removes nothing, and neither does a call within the budget', async () => {
  const each = await fill();
  await line.ensure('acme@1', { cacheBudget: 1 });
  await line.ensure('acme@3', { cacheBudget: 100 * each });
  expect(await line.visible()).toHaveLength(3);
});

test('disks in use stay: the disk is downloaded, with a warning that the budget is exceeded', async () => {
  await fill();
  await line.ensure('acme@1');
  await line.ensure('acme@2');
  const image = await line.ensure('acme@3', { cacheBudget: 0 });
  expect(await line.visible()).toHaveLength(3);
  expect(ofBudget(image)).toMatchObject([
    { code: 'cache-budget', message: expect.stringMatching(/is exceeded by about \d+ MiB/) },
  ]);
});

test('--cache-budget', async () => {
  await fill();
  const ran = await runCli(withFlags(line, ['ensure', 'acme@3', '--cache-budget', '1KiB']));
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain(`removed ${nameOf('1')}`);
  expect(ran.stderr).toContain(`removed ${nameOf('2')}`);
  expect(await line.visible()).toEqual([nameOf('3')]);
  const wrong = await runCli(withFlags(line, ['ensure', 'acme@3', '--cache-budget', 'much']));
  expect(wrong.code).toBe(2);
  await expect(line.ensure('acme@3', { cacheBudget: 1.5 })).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    details: { field: 'cacheBudget' },
  });
});
