import type { ImageRow } from './image-rows.ts';

const MiB = 1024 ** 2;

/** The limits for which the samples were made: 1 TiB for a disk, 128 MiB for the output of a stream. */
export function limitOf({ kind, format }: ImageRow): number {
  return kind === 'bad' && /^(gz|bz2|xz|zst|lz4)$/.test(format) ? 128 * MiB : 1024 ** 4;
}

/** Samples about one member among others, which their rows do not name. */
const chosen: Record<string, string> = {
  't-libarchive-zip_size_exceeds_declared_deflate.zip': 'first',
};

/** The member of an archive that is the disk. */
export function entryOf({ file, member }: ImageRow): string | undefined {
  return member === '-' || member === '' ? chosen[file] : member;
}

/** The declaration of a caller who knows the file. */
export function declareRow(row: ImageRow): { from?: string[]; entry?: string } {
  const name = entryOf(row);
  const entry = name === undefined ? {} : { entry: name };
  const known = row.kind === 'good' || /^(gz|bz2|xz|zst|lz4|tar|zip)$/.test(row.format);
  // A sample about a stream or an archive, not about a disk, is declared as one with a raw disk.
  const format = row.format.includes('>') || row.kind === 'good' ? row.format : `${row.format}>raw`;
  const declared = /declared=(\w+)/.exec(row.notes)?.[1] ?? (known ? format : undefined);
  if (declared === undefined) return entry;
  return { from: declared.replace(/\btar\.(\w+)/, '$1>tar').split('>'), ...entry };
}
