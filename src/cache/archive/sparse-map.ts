import type { Extents } from '../../bytes/extents.ts';
import { refuse } from '../../errors.ts';
import { tarBlockBytes, tarPadding } from './tar-head.ts';
import { badArchive, noExport, readWhole, type TarTape } from './tar-tape.ts';

/** A map of this many extents takes about 100 MiB; a disk of 2 TiB with data in every second block has more. */
const maxExtents = 4 * 1024 * 1024;

/** The map at the start of the body of a sparse file. GNU tar requires an empty range at the end of it. */
export function formatSparseMap(extents: Extents, sizeBytes: number): Buffer {
  const ranges = [...extents, [sizeBytes, 0] as const];
  const lines = ranges.map(([offset, length]) => `${offset}\n${length}\n`);
  const text = Buffer.from(`${ranges.length}\n${lines.join('')}`);
  return Buffer.concat([text, tarPadding(text.length)]);
}

/** Reads the map from the tape and checks that the ranges ascend and lie inside the disk. */
export async function readSparseMap(
  tape: TarTape,
  sizeBytes: number,
): Promise<{ extents: Extents; mapBytes: number }> {
  let text = '';
  let mapBytes = 0;
  const line = async (): Promise<number> => {
    while (!text.includes('\n')) {
      if (text.length > tarBlockBytes) throw badArchive('the map of a disk is damaged');
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
      throw badArchive('the map of a disk has ranges outside it');
    }
    end = offset + length;
    if (length > 0) extents.push([offset, length]);
  }
  return { extents, mapBytes };
}

/** Length in bytes of the body of a sparse member: map and data. */
export function sparseBodyBytes(mapBytes: number, extents: Extents): number {
  return mapBytes + extents.reduce((sum, [, length]) => sum + length, 0);
}
