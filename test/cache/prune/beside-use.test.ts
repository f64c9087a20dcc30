import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { type Child, startChild } from '../child.ts';

/** For a longer run: `ROOTDISK_PRUNE_SECONDS=300 ROOTDISK_PRUNE_USERS=20`. */
const seconds = Number(process.env['ROOTDISK_PRUNE_SECONDS'] ?? 6);
const users = Number(process.env['ROOTDISK_PRUNE_USERS'] ?? 3);

let line: Line;
const digests: Record<string, string> = {};
beforeEach(async () => {
  line = await startLine();
  // As many as users: with fewer, each would always be in use.
  const snapshots = Array.from({ length: Math.max(3, users) }, (_, i) => String(i + 1));
  const builds = snapshots.map((snapshot) => {
    const disk = makeDisk(512 * 1024, Number(snapshot));
    const packed = gzipSync(disk);
    digests[snapshot] = sha256(disk);
    const file = `acme-${snapshot}.raw.gz`;
    line.upstream.route(`images.acme.example/${file}`, packed);
    return { release: '1', snapshot, file, layers: ['gz', 'raw'], digest: sha256(packed) };
  });
  line.upstream.route('images.acme.example/index.json', JSON.stringify(builds));
});
afterEach(() => line.close());

test(
  'no disk in use is lost while prunes run, with kills of both',
  async () => {
    const said: string[] = [];
    const atWork = new Set<Child>();
    let killed = 0;
    const start = (script: string): Child => {
      const child = startChild(script, [
        line.cacheDir,
        JSON.stringify(line.mirrors),
        JSON.stringify(digests),
      ]);
      void listen(child, said, atWork);
      return child;
    };
    const scripts = [
      ...Array.from({ length: users }, () => 'use-and-release.ts'),
      'prune-forever.ts',
      'prune-forever.ts',
    ];
    const children = scripts.map(start);
    const until = performance.now() + seconds * 1000;
    for (let kill = 0; performance.now() < until || killed < 2 || !isEnough(said); kill += 1) {
      await setTimeout(1500);
      // Kills a user and a pruner in turns.
      const index = kill % 2 === 0 ? kill % users : users + (kill % 4 === 1 ? 0 : 1);
      const child = children[index];
      // On a busy machine a process may be killed repeatedly before it has begun.
      const isStarting = child?.process.exitCode === null && !atWork.has(child);
      if (child === undefined || isStarting) continue;
      await child.kill();
      killed += 1;
      children[index] = start(scripts[index] ?? '');
    }
    await Promise.all(children.map((child) => child.kill()));
    expect(said.filter((text) => text.startsWith('lost'))).toEqual([]);
    // After every kill the cache works, and no dead process holds a lock.
    const image = await line.ensure('acme@1');
    await image.dispose();
    const rest = await createRootdisk({}).pruneCache({ cacheDir: line.cacheDir, budget: 0 });
    expect(rest.kept.filter(({ reason }) => !reason.startsWith('unfinished'))).toEqual([]);
    expect(await line.visible()).toEqual([]);
  },
  // Each user is a process, which takes a while to start.
  seconds * 1000 + users * 8000 + 60_000,
);

function isEnough(said: readonly string[]): boolean {
  const count = (word: string) => said.filter((text) => text.startsWith(word)).length;
  return count('lost') > 0 || (count('used') > 10 && count('pruned') > 5);
}

async function listen(child: Child, said: string[], atWork: Set<Child>): Promise<void> {
  for (;;) {
    const text = await child.line().catch(() => undefined);
    if (text === undefined) return;
    said.push(text);
    atWork.add(child);
  }
}
