import { compareBootVersions } from '../version-order.ts';

/** The values by which systemd-boot orders its menu. */
export interface OrderedEntry {
  /** The name of the file with its extension and without the boot counter. */
  name: string;
  sortKey?: string;
  machineId?: string;
  version?: string;
  /** Attempts left by the boot counter; absent if the name has no counter. */
  triesLeft?: number;
  triesDone?: number;
}

/**
 * Splits the name of an entry's file into the name and the boot counter (`+LEFT` or `+LEFT-DONE` before the
 * extension).
 */
export function splitBootCounter(fileName: string): OrderedEntry {
  const [, stem, left, done, suffix] = /^(.+)\+(\d+)(?:-(\d+))?(\.[^.]+)$/.exec(fileName) ?? [];
  if (stem === undefined) return { name: fileName };
  return { name: `${stem}${suffix}`, triesLeft: Number(left), triesDone: Number(done ?? 0) };
}

/**
 * The order of the menu (Boot Loader Specification, sorting): entries without attempts left come last, entries with a
 * sort key before those without. Then by key, machine and descending version; without a key by file name, descending.
 */
export function compareEntries(a: OrderedEntry, b: OrderedEntry): number {
  const [isBad, isBadToo] = [a.triesLeft === 0, b.triesLeft === 0];
  if (isBad !== isBadToo) return isBad ? 1 : -1;
  if ((a.sortKey === undefined) !== (b.sortKey === undefined)) return a.sortKey ? -1 : 1;
  if (a.sortKey !== undefined) {
    const order =
      compareTexts(a.sortKey, b.sortKey ?? '') ||
      compareTexts(a.machineId ?? '', b.machineId ?? '') ||
      compareBootVersions(b.version ?? '', a.version ?? '');
    if (order !== 0) return order;
  }
  return (
    compareBootVersions(b.name, a.name) ||
    (b.triesLeft ?? 0) - (a.triesLeft ?? 0) ||
    (a.triesDone ?? 0) - (b.triesDone ?? 0)
  );
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
