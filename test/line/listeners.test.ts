import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { lockName } from '../../src/cache/locks/name-lock.ts';
import type { LogEntry, ProgressEvent } from '../../src/core.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const packed = gzipSync(disk);
beforeEach(async () => {
  line = await startLine();
  const file = 'acme.raw.gz';
  const layers = ['gz', 'raw'];
  line.offer({ release: '1', snapshot: '1', file, layers, digest: sha256(packed) }, packed);
});
afterEach(() => line.close());

test.each([
  [
    'throws',
    () => {
      throw new Error('my own mistake');
    },
  ],
  ['rejects', () => Promise.reject(new Error('my own mistake'))],
] as [string, () => void][])(
  'a listener that %s does not end the call, and the caller is told once',
  async (_, fail) => {
    let events = 0;
    const image = await line.ensure('acme:1', {
      onProgress: () => {
        events += 1;
        return fail();
      },
      log: fail,
    });
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(events).toBeGreaterThan(5);
    const told = image.trust.warnings.filter(({ code }) => code === 'listener');
    expect(told.map(({ message }) => message)).toContain('onProgress failed: my own mistake');
    expect(told.length).toBeLessThanOrEqual(2);
  },
);

test('a listener that throws while the call waits for another one ends neither', async () => {
  await line.ensure();
  await line.releaseAll();
  const cache = await openCache(line.cacheDir);
  const lock = await lockName(cache, 'acme_1_default_amd64_1.raw');
  const seen: ProgressEvent['type'][] = [];
  const logged: LogEntry[] = [];
  const image = await line.ensure('acme:1', {
    log: (entry) => logged.push(entry),
    onProgress: (event) => {
      seen.push(event.type);
      if (event.type !== 'stage' || event.stage !== 'wait') return;
      void lock.release();
      throw new Error('my own mistake');
    },
  });
  expect(image.origin).toBe('cache');
  expect(seen).toContain('warning');
});
