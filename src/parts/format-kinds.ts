import type { Format } from '../contracts/format.ts';
import type { Parts } from '../contracts/parts.ts';
import type { DiskWriter } from '../contracts/writer.ts';

/** What reads a format: a codec, an archive or a disk. */
export function isReader(part: Parts['formats'][number]): part is Format {
  return part.kind !== 'writer';
}

/** What writes a raw disk in a format. */
export function isWriter(part: Parts['formats'][number]): part is DiskWriter {
  return part.kind === 'writer';
}
