import { compareBootVersions } from '../version-order.ts';

/** What systemd-boot orders its menu by. */
export interface OrderedEntry {
  /** The name of the file with its suffix and without the boot counter. */
  name: string;
  sortKey?: string;
  machineId?: string;
  version?: string;
  /** Tries that the boot counter has left; absent where the name has no counter. */
  triesLeft?: number;
  triesDone?: number;
}

/** The name of an entry's file without its boot counter (`+LEFT` or `+LEFT-DONE` before the suffix), and the counter. */
export function splitBootCounter(fileName: string): OrderedEntry {
  const [, stem, left, done, suffix] = /^(.+)\+(\d+)(?:-(\d+))?(\.[^.]+)$/.exec(fileName) ?? [];
  if (stem === undefined) return { name: fileName };
  return { name: `${stem}${suffix}`, triesLeft: Number(left), triesDone: Number(done ?? 0) };
}

/**
 * The order of the menu (Boot Loader Specification, sorting): what failed too often last, entries with a sort key before
 * those without, then by key, machine and version down; else by the name of the file, versions down.
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
