import { defaultCacheDir } from '../../cache/cache-folder.ts';
import { type ListedEntry, listEntries, listStaging } from '../../cache/entries/list.ts';
import { formatAge, formatBytes, formatTable } from '../print/format.ts';
import type { Command } from './command.ts';
import { openExistingCache } from './existing-cache.ts';

export const cacheLs: Command = {
  name: 'cache ls',
  operands: [],
  summary: 'List the disks in the cache and what they occupy.',
  options: ['cache-dir'],
  examples: [
    ['rootdisk cache ls', 'name, sizes and age of each disk'],
    ['rootdisk cache ls --json | jq .totals.allocatedBytes', 'what the cache occupies'],
  ],
  async run({ cacheDir, log }) {
    const cache = await openExistingCache(cacheDir ?? defaultCacheDir(), log);
    const entries = await listEntries(cache);
    const unfinished = await listStaging(cache);
    const totals = {
      entries: entries.length,
      virtualBytes: sum(entries.map(virtualSizeOf)),
      allocatedBytes: sum([...entries, ...unfinished].map((entry) => entry.allocatedBytes)),
    };
    const rest = sum(unfinished.map((entry) => entry.allocatedBytes));
    const summary = [
      `${totals.entries} disk${totals.entries === 1 ? '' : 's'}`,
      `${formatBytes(totals.virtualBytes)} virtual`,
      `${formatBytes(totals.allocatedBytes)} allocated`,
      ...(rest > 0 ? [`of it ${formatBytes(rest)} unfinished downloads`] : []),
    ].join(', ');
    const text = entries.length === 0 ? summary : `${formatEntries(entries)}\n${summary}`;
    const json = { path: cache.cacheDir, entries: entries.map(toJson), unfinished, totals };
    return { text, json };
  },
};

function formatEntries(entries: readonly ListedEntry[]): string {
  const now = Date.now();
  const rows = entries.map((entry) => [
    entry.name,
    formatBytes(virtualSizeOf(entry)),
    formatBytes(entry.allocatedBytes),
    entry.record === undefined ? '-' : formatAge(now - Date.parse(entry.record.created)),
    ...(entry.state === 'damaged' ? [`damaged: ${entry.defect}`] : []),
  ]);
  return formatTable([['NAME', 'VIRTUAL', 'ALLOCATED', 'AGE'], ...rows], { right: [1, 2] });
}

/** Without the record's long lists. */
function toJson({ record, ...entry }: ListedEntry): object {
  if (record === undefined) return entry;
  const { identity, format, created, source, disk, trust } = record;
  const { url, sha256 } = source;
  const { virtualSize } = disk;
  return { ...identity, ...entry, format, virtualSize, created, url, sha256, trust: trust.level };
}

function virtualSizeOf({ record, sizeBytes }: ListedEntry): number {
  return record?.disk.virtualSize ?? sizeBytes;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
