import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EnsureOptions, ProgressEvent } from '../../../src/core.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { makeBzimage } from '../../image/make-kernel.ts';

const disk = makeDisk(1024 ** 2);
const kernel = makeBzimage();
const initrd = gzipSync(Buffer.from('070701 a small cpio'));

let line: Line;
beforeEach(async () => {
  line = await startLine();
  const build = {
    ...{ release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] },
    digest: sha256(disk),
    boot: {
      kernel: ['vmlinuz', sha256(kernel)] satisfies [string, string],
      initrd: ['initrd', sha256(initrd)] satisfies [string, string],
    },
  };
  // Slow enough for several events of one kind.
  line.offer(build, disk, { bytesPerSecond: 3 * 1024 ** 2 });
  line.upstream.route('images.acme.example/vmlinuz', kernel);
  line.upstream.route('images.acme.example/initrd', initrd);
});
afterEach(() => line.close());

async function listen(options: EnsureOptions): Promise<ProgressEvent[]> {
  const events: ProgressEvent[] = [];
  await line.ensure('acme:1', { ...options, onProgress: (event) => events.push(event) });
  return events;
}

const rolesOf = (events: ProgressEvent[]) => [...new Set(events.map(({ role }) => role))];
const fractionsOf = (events: ProgressEvent[]) => events.map(({ fraction }) => fraction);

test('each event names its file, and those of the whole call name none', async () => {
  const events = await listen({ boot: true });
  expect(rolesOf(events)).toEqual([undefined, 'kernel', 'initrd', 'disk']);
  expect(events.at(0)).toMatchObject({ type: 'stage', stage: 'resolve' });
  expect(events.at(-1)).not.toHaveProperty('role');
  const names = new Map(
    events.flatMap((event) => (event.type === 'fetch' ? [[event.url, event.role]] : [])),
  );
  expect([...names.values()]).toEqual(['kernel', 'initrd', 'disk']);
  expect(rolesOf(await listen({}))).toEqual([undefined, 'disk']);
});

test('the total never decreases, and is 1 only when all files are complete', async () => {
  const events = await listen({ boot: true });
  const fractions = fractionsOf(events);
  const first = fractions.findIndex((fraction) => fraction !== undefined);
  // No file of this vendor has a length before its download, and the disk comes last.
  expect(events[first]).toMatchObject({ type: 'fetch', role: 'disk' });
  const known = fractions.slice(first);
  expect(known).toEqual(known.toSorted((a = -1, b = -1) => a - b));
  expect(known.filter((fraction) => fraction === 1)).toHaveLength(1);
  expect(new Set(known).size).toBeGreaterThan(3);
  expect(events.at(-1)).toMatchObject({ type: 'done', fraction: 1 });
});

test('a hit is done immediately', async () => {
  await listen({});
  const events = await listen({ offline: true });
  expect(events.at(-1)).toMatchObject({ type: 'done', origin: 'cache', fraction: 1 });
});
