import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { madeSeeds } from './corpus.ts';
import { createRandom, mutate } from './mutate.ts';
import { tryImage } from './try-image.ts';

test('changed images become a disk or a typed refusal, and leave nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-fuzz-'));
  const seeds = madeSeeds();
  const verdicts = new Set<string>();
  for (let number = 0; number < 400; number += 1) {
    const seed = seeds[number % seeds.length]?.read() ?? new Uint8Array();
    verdicts.add(await tryImage(mutate(seed, createRandom(number + 1)), folder));
  }
  expect(verdicts).toContain('accepted');
  expect(verdicts).toContain('ERR_DECODE');
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
}, 120_000);
