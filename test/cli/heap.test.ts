import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Tells by how much the new space grows when much is made and some of it stays for a while. */
const probe = `
import { writeSync } from 'node:fs';
import { getHeapSpaceStatistics } from 'node:v8';
const size = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
process.on('exit', () => {
  const before = size();
  const kept = new Array(400_000);
  for (let i = 0; i < 3_000_000; i += 1) kept[i % kept.length] = { i, text: [i] };
  writeSync(2, 'grown by: ' + (size() - before) + ' for ' + kept.length);
});
`;

test('rootdisk ensure lets the space of new objects grow no more', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-heap-'));
  try {
    const hook = join(folder, 'probe.mjs');
    await writeFile(hook, probe);
    const missing = join(folder, 'missing.raw');
    const growthOf = (...words: string[]): number => {
      const { stderr } = spawnSync(process.execPath, ['--import', hook, cli, ...words]);
      return Number(/grown by: (-?\d+)/.exec(String(stderr))?.[1]);
    };
    const cache = ['--cache-dir', join(folder, 'cache')];
    expect(growthOf('ensure', missing, ...cache)).toBeLessThanOrEqual(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
