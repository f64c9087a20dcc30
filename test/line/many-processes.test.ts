import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk(16 * 1024 ** 2);
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const program = fileURLToPath(new URL('../fixtures/ensure-once.ts', import.meta.url));

beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

function start(): ChildProcess {
  const { cacheDir, mirrors } = line;
  return spawn(process.execPath, [program, 'acme:1', cacheDir, JSON.stringify(mirrors)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
}

test('twenty parallel processes make one download and get the same path', async () => {
  line.offer(build, packed, { bytesPerSecond: packed.length });
  const answers = await Promise.all(
    Array.from({ length: 20 }, start).map(async (child) => {
      const [out, [code]] = await Promise.all([
        text(child.stdout ?? process.stdin),
        once(child, 'exit'),
      ]);
      expect(code).toBe(0);
      return JSON.parse(out.trim().split('\n').at(-1) ?? '') as { path: string; origin: string };
    }),
  );
  expect(new Set(answers.map(({ path }) => path)).size).toBe(1);
  expect(answers.filter(({ origin }) => origin === 'network')).toHaveLength(1);
  expect(line.asked().filter((name) => name === build.file)).toHaveLength(1);
}, 300_000);

/** The delay of the kill after the start of a stage, in milliseconds: the download is slowed down to about 300. */
const windows = {
  resolve: 20,
  look: 10,
  prove: 5,
  fetch: 350,
  decode: 350,
  settle: 10,
  publish: 120,
};
const stages = Object.keys(windows) as (keyof typeof windows)[];

test('a process killed at any moment leaves no disk or a complete one, and the next call succeeds', async () => {
  const rounds = Number(process.env['ROOTDISK_KILLS'] ?? 14);
  const left = { nothing: 0, disk: 0, ended: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const stage = stages[round % stages.length] ?? 'fetch';
    line.offer(build, packed, { bytesPerSecond: packed.length * 3 });
    const child = start();
    const gone = once(child, 'exit');
    for await (const reached of createInterface({ input: child.stdout ?? process.stdin })) {
      if (reached !== `stage ${stage}`) continue;
      const delay = Math.random() * windows[stage];
      setTimeout(() => child.kill('SIGKILL'), delay);
    }
    const [, signal] = await gone;
    const names = await line.visible();
    for (const name of names) {
      expect(await sha256File(join(line.cacheDir, 'images-v1', name))).toBe(sha256(disk));
    }
    left[signal === null ? 'ended' : names.length === 0 ? 'nothing' : 'disk'] += 1;
    line.offer(build, packed);
    expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
    await line.releaseAll();
    await rm(line.cacheDir, { recursive: true });
  }
  const { nothing, disk: whole, ended } = left;
  console.log(
    `${rounds} kills: ${nothing} left nothing, ${whole} a whole disk, ${ended} came too late`,
  );
  expect(nothing).toBeGreaterThan(rounds / 3);
}, 1_200_000);
