import type { ClonedDisk } from '../../core.ts';

/** What to know of an overlay: the file that it needs, and who keeps that; nothing for any other clone. */
export function describeClone({ path, backing, backingKept }: ClonedDisk): string | undefined {
  if (backing === undefined) return undefined;
  return backingKept === true
    ? `the cache keeps ${backing} as long as ${path} exists`
    : `${path} needs ${backing}; do not change or remove it`;
}
