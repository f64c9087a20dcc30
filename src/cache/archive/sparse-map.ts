import type { Extents } from '../../bytes/extents.ts';
import { refuse } from '../../errors.ts';
import { tarBlockBytes, tarPadding } from './tar-head.ts';
import { noArchive, noExport, readWhole, type TarTape } from './tar-tape.ts';

/** So many extents have a map of some 100 MiB; a disk of 2 TiB that is written in every second block has more. */
const maxExtents = 4 * 1024 * 1024;

/** The map that begins the body of a file with holes; GNU tar wants an empty range at its end. */
export function formatSparseMap(extents: Extents, sizeBytes: number): Buffer {
  const ranges = [...extents, [sizeBytes, 0] as const];
  const lines = ranges.map(([offset, length]) => `${offset}\n${length}\n`);
  const text = Buffer.from(`${ranges.length}\n${lines.join('')}`);
  return Buffer.concat([text, tarPadding(text.length)]);
}

/** Reads it from the tape. The ranges ascend and lie inside the disk. */
export async function readSparseMap(
  tape: TarTape,
  sizeBytes: number,
): Promise<{ extents: Extents; mapBytes: number }> {
  let text = '';
  let mapBytes = 0;
  const line = async (): Promise<number> => {
    while (!text.includes('\n')) {
      if (text.length > tarBlockBytes) throw noArchive('the map of a disk is damaged');
      text += (await tape.read(tarBlockBytes)).toString('latin1');
      mapBytes += tarBlockBytes;
    }
    const end = text.indexOf('\n');
    const value = readWhole(text.slice(0, end));
    text = text.slice(end + 1);
    return value;
  };
  const count = await line();
  if (count > maxExtents) {
    throw refuse(
      'limit',
      `the map of a disk has ${count} ranges, more than ${maxExtents}`,
      noExport,
    );
  }
  const extents: [offset: number, length: number][] = [];
  let end = 0;
  for (let at = 0; at < count; at += 1) {
    const [offset, length] = [await line(), await line()];
    if (offset < end || offset + length > sizeBytes) {
      throw noArchive('the map of a disk has ranges outside it');
    }
    end = offset + length;
    if (length > 0) extents.push([offset, length]);
  }
  return { extents, mapBytes };
}

/** Bytes of the member whose body has this map. */
export function sparseBodyBytes(mapBytes: number, extents: Extents): number {
  return mapBytes + extents.reduce((sum, [, length]) => sum + length, 0);
}
