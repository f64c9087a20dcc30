import type { FileSystemFormat, VolumeFormat } from '../contracts/file-system.ts';
import type { Format } from '../contracts/format.ts';
import type { Parts } from '../contracts/parts.ts';
import type { DiskWriter } from '../contracts/writer.ts';

/** What reads a format of images: a codec, an archive or a disk. */
export function isReader(part: Parts['formats'][number]): part is Format {
  return part.kind === 'codec' || part.kind === 'archive' || part.kind === 'disk';
}

/** What writes a raw disk in a format. */
export function isWriter(part: Parts['formats'][number]): part is DiskWriter {
  return part.kind === 'writer';
}

/** What reads files out of a volume. */
export function isFileSystem(part: Parts['formats'][number]): part is FileSystemFormat {
  return part.kind === 'filesystem';
}

/** What finds the volumes of a disk. */
export function isVolumeFormat(part: Parts['formats'][number]): part is VolumeFormat {
  return part.kind === 'volumes';
}
