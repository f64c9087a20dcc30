import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtIns } from '../../src/index.ts';
import { isReader } from '../../src/parts/format-kinds.ts';
import { madeSeeds } from './corpus.ts';
import { changeSeed } from './mutate.ts';
import { tryImage } from './try-image.ts';

test('the unchanged images can be read, in every format', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-fuzz-'));
  const seeds = madeSeeds();
  for (const seed of seeds) {
    expect([seed.name, await tryImage(seed.read(), folder, seed.entry)]).toEqual([
      seed.name,
      'accepted',
    ]);
  }
  const layers = new Set(seeds.flatMap(({ name }) => (name.split(' ')[0] ?? '').split('>')));
  expect(builtIns.formats.filter((part) => isReader(part) && !layers.has(part.id))).toEqual([]);
  await rm(folder, { recursive: true });
});

test('changed images become a disk or a typed error, and leave no file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-fuzz-'));
  const seeds = madeSeeds();
  const verdicts = new Set<string>();
  for (let number = 0; number < 400; number += 1) {
    const seed = seeds[number % seeds.length];
    if (seed === undefined) throw new Error('no images to change');
    verdicts.add(await tryImage(changeSeed(seed, number), folder, seed.entry));
  }
  expect(verdicts).toContain('accepted');
  expect(verdicts).toContain('ERR_DECODE');
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
}, 120_000);
