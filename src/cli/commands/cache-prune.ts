import { createRootdisk, type PrunedCache, type PrunedImage } from '../../core.ts';
import { invalidValue } from '../args/refuse.ts';
import { parseSize } from '../args/values.ts';
import { formatAge, formatBytes } from '../print/format.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const cachePrune: Command = {
  name: 'cache prune',
  operands: [],
  summary: 'Remove leftovers, and disks by age or budget.',
  options: ['older-than', 'budget', 'keep', 'dry-run', 'cache-dir'],
  examples: [
    ['rootdisk cache prune', 'only leftovers: interrupted downloads, old documents'],
    [
      'rootdisk cache prune --older-than 30d --keep 1',
      'old disks, except the newest build of each release',
    ],
    [
      'rootdisk cache prune --budget 20GiB --dry-run',
      'what would be removed, least recently used first',
    ],
  ],
  async run({ flags, cacheDir, parts, log, signal, columns }) {
    const [budget, keep] = [flags.text('budget'), flags.text('keep')];
    const pruned = await createRootdisk(parts).pruneCache({
      cacheDir,
      log,
      signal,
      olderThan: flags.text('older-than'),
      budget: budget === undefined ? undefined : parseSize(budget, 'budget'),
      keep: keep === undefined ? undefined : parseCount(keep),
      dryRun: flags.has('dry-run'),
    });
    return { text: formatPruned(pruned, columns), json: pruned };
  },
};

function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw invalidValue('keep', text, 'Write a whole number, such as 1.');
}

function formatPruned(pruned: PrunedCache, columns: number | undefined): string {
  const { removed, kept, swept, dryRun, freedBytes, keptBytes, overBytes } = pruned;
  const { downloads, documents, temporaries } = swept;
  const unfinished = downloads.map(({ changed, ...download }) => ({
    ...download,
    lastUsed: changed,
    reason: 'unfinished download',
  }));
  const many = [
    ...row(documents, 'document', 'not used for a long time'),
    ...row(temporaries, 'temporary file', 'its process has ended'),
  ];
  const gone = [...[...removed, ...unfinished].map(rowOf), ...many];
  const verb = dryRun ? 'WOULD REMOVE' : 'REMOVED';
  const tables = [
    ...(gone.length > 0 ? [[[verb, 'ALLOCATED', 'LAST USED', 'WHY'], ...gone]] : []),
    ...(kept.length > 0 ? [[['KEPT', 'ALLOCATED', 'LAST USED', 'WHY'], ...kept.map(rowOf)]] : []),
  ].map((rows) => formatTable(rows, { right: [1], columns }));
  const over = overBytes === undefined ? '' : `, ${formatBytes(overBytes)} over the budget`;
  const summary = `${formatBytes(freedBytes)} ${dryRun ? 'would be ' : ''}freed, ${formatBytes(keptBytes)} kept${over}`;
  return [...tables, summary].join('\n');
}

function rowOf({ name, allocatedBytes, lastUsed, reason }: PrunedImage): string[] {
  return [name, formatBytes(allocatedBytes), formatAge(Date.now() - lastUsed.getTime()), reason];
}

function row(
  { count, freedBytes }: { count: number; freedBytes: number },
  what: string,
  why: string,
): string[][] {
  return count === 0
    ? []
    : [[`${count} ${what}${count === 1 ? '' : 's'}`, formatBytes(freedBytes), '-', why]];
}
