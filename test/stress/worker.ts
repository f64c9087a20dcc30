import { setTimeout as wait } from 'node:timers/promises';
import { openCache } from '../../src/cache/cache-folder.ts';
import { listEntries } from '../../src/cache/entries/list.ts';
import { removeEntry } from '../../src/cache/entries/remove.ts';
import { createRootdisk, type EnsureOptions } from '../../src/core.ts';
import { isImageError } from '../../src/errors.ts';
import { parts, sha256File } from '../fixtures/line.ts';
import type { Outcome, Task } from './task.ts';

/**
 * One of many processes on one cache, until it is killed: random calls one after the other, with a line for each
 * result.
 */
const { cacheDir, mirrors, digests }: Task = JSON.parse(process.argv[2] ?? '{}');
const { ensureImage, verifyCache } = createRootdisk(parts);
const releases = Object.keys(digests);

const pick = <T>(from: readonly T[]): T => {
  const found = from[Math.floor(Math.random() * from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
};

async function ensure(options: EnsureOptions, form: (release: string) => string): Promise<string> {
  const release = pick(releases);
  const image = await ensureImage(form(release), { arch: 'amd64', cacheDir, mirrors, ...options });
  try {
    if ((await sha256File(image.path)) !== digests[release]) return 'WRONG DISK';
    if (Math.random() < 0.3) await wait(Math.random() * 50);
    // A lease keeps it, so that it can be read again.
    return (await sha256File(image.path)) === digests[release] ? image.origin : 'LOST DISK';
  } finally {
    await image.dispose();
  }
}

async function verify(repair: boolean): Promise<string> {
  let worst = 'sound';
  for await (const { state, reason = '' } of verifyCache({ cacheDir, mirrors, repair })) {
    // No process damages disks here; a disk that had to be made again was damaged too.
    if (state === 'damaged' || /again from/.test(reason)) return 'DAMAGED';
    if (state !== 'intact') worst = state;
  }
  return worst;
}

async function remove(): Promise<string> {
  const cache = await openCache(cacheDir);
  const names = (await listEntries(cache)).map(({ name }) => name);
  if (names.length === 0) return 'empty';
  return (await removeEntry(cache, pick(names))).removed ? 'removed' : 'gone';
}

const byRelease = (release: string): string => `acme:${release}`;
const deeds: Record<string, () => Promise<string>> = {
  ensure: () => ensure({}, byRelease),
  pinned: () => ensure({}, (release) => `acme@2026010${release}`),
  refresh: () => ensure({ refresh: true }, byRelease),
  offline: () => ensure({ offline: true }, byRelease),
  'ensure verify': () => ensure({ verify: true }, byRelease),
  source: () => ensure({ keepSource: true }, byRelease),
  verify: () => verify(false),
  repair: () => verify(true),
  rm: remove,
};

for (;;) {
  const deed = pick(Object.keys(deeds));
  const end = await deeds[deed]?.().catch((error: unknown) => {
    // An error that is not from this package ends the process and the run.
    if (!isImageError(error) || error.code === 'ERR_CACHE_IO') throw error;
    return error.code;
  });
  const outcome: Outcome = { deed, end: end ?? '' };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
