import type { FileSystemFormat, VolumeFormat } from '../contracts/file-system.ts';
import type { Format } from '../contracts/format.ts';
import type { Parts } from '../contracts/parts.ts';
import type { DiskWriter } from '../contracts/writer.ts';

/** True for a part that reads an image format: a codec, an archive or a disk. */
export function isReader(part: Parts['formats'][number]): part is Format {
  return part.kind === 'codec' || part.kind === 'archive' || part.kind === 'disk';
}

/** True for a part that writes a raw disk in a format. */
export function isWriter(part: Parts['formats'][number]): part is DiskWriter {
  return part.kind === 'writer';
}

/** True for a part that reads files from a volume. */
export function isFileSystem(part: Parts['formats'][number]): part is FileSystemFormat {
  return part.kind === 'filesystem';
}

/** True for a part that finds the volumes of a disk. */
export function isVolumeFormat(part: Parts['formats'][number]): part is VolumeFormat {
  return part.kind === 'volumes';
}
