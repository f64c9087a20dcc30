import type { Difference } from './differences.ts';

/** Samples with the same kind of difference; one row of the published table. */
export interface DifferenceRow {
  format: string;
  peer: string;
  here: string;
  there: string;
  samples: number;
  why: string;
}

/** The same as in the table, with a column for the reason, which is written by hand. */
export function groupDifferences(differences: readonly Difference[]): DifferenceRow[] {
  const rows = new Map<string, DifferenceRow>();
  for (const { format, peer, here, there } of differences) {
    const row = { format: nameFormat(format), peer, here, there, samples: 0, why: '' };
    const known = rows.get(keyOf(row)) ?? row;
    known.samples += 1;
    rows.set(keyOf(row), known);
  }
  return [...rows.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The key that makes two rows the same row. */
export function keyOf({ format, peer, here, there }: DifferenceRow): string {
  return [format, peer, here, there].join(' | ');
}

/** Rows of the table in a document, and the versions of the peers for it. */
export function parseDifferences(markdown: string): {
  rows: DifferenceRow[];
  versions: Map<string, string>;
} {
  const cells = markdown
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.slice(2, -2).split(' | '));
  const versions = new Map<string, string>();
  const rows: DifferenceRow[] = [];
  for (const [format = '', peer = '', here = '', there = '', samples, why = ''] of cells) {
    if (samples === undefined) versions.set(format, peer);
    else if (/^\d+$/.test(samples)) {
      rows.push({ format, peer, here, there, samples: Number(samples), why });
    }
  }
  return { rows, versions };
}

export function formatDifference(row: DifferenceRow): string {
  return `| ${[row.format, row.peer, row.here, row.there, row.samples, row.why].join(' | ')} |`;
}

function nameFormat(format: string): string {
  if (format.includes('+')) return 'two at once';
  // Files that are not a disk image, or of an unsupported kind.
  if (['-', 'raw', '7z', 'compress', 'wim'].includes(format)) return 'other files';
  if (['bochs', 'parallels', 'dmg'].includes(format)) return 'other disks';
  return format.replace('>raw', '').replace(/^tar\..*/, 'tar');
}
