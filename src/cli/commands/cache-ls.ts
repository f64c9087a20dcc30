import { type CachedImage, createRootdisk } from '../../core.ts';
import { formatAge, formatBytes } from '../print/format.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const cacheLs: Command = {
  name: 'cache ls',
  operands: [],
  summary: 'List the disks in the cache and what they occupy.',
  options: ['cache-dir'],
  examples: [
    ['rootdisk cache ls', 'name, sizes, age and last use of each disk'],
    ['rootdisk cache ls --json | jq .totals.allocatedBytes', 'what the cache occupies'],
  ],
  async run({ cacheDir, parts, log, signal, columns }) {
    const listing = await createRootdisk(parts).listCache({ cacheDir, log, signal });
    const { entries, unfinished, totals } = listing;
    const rest = unfinished.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0);
    const summary = [
      `${totals.entries} disk${totals.entries === 1 ? '' : 's'}`,
      `${formatBytes(totals.virtualBytes)} virtual`,
      `${formatBytes(totals.allocatedBytes)} allocated`,
      ...(rest > 0 ? [`${formatBytes(rest)} of it unfinished downloads`] : []),
    ].join(', ');
    const text = entries.length === 0 ? summary : `${formatEntries(entries, columns)}\n${summary}`;
    return { text, json: listing };
  },
};

function formatEntries(entries: readonly CachedImage[], columns: number | undefined): string {
  const now = Date.now();
  const ago = (time: Date | undefined) =>
    time === undefined ? '-' : formatAge(now - time.getTime());
  const rows = entries.map((entry) => [
    entry.name,
    formatBytes(entry.virtualSize ?? entry.sizeBytes),
    formatBytes(entry.allocatedBytes),
    ago(entry.created),
    entry.leased ? 'in use' : ago(entry.lastUsed),
    ...(entry.state === 'damaged' ? [`damaged: ${entry.defect}`] : []),
  ]);
  const header = ['NAME', 'VIRTUAL', 'ALLOCATED', 'AGE', 'LAST USED'];
  return formatTable([header, ...rows], { right: [1, 2], columns });
}
