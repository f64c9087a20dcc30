import { abortable, type ByteSource, type DecodeContext, type DiskSink } from '../../src/kit.ts';
import { PieceQueue } from '../shared/blocks/piece-queue.ts';
import { type WorkSlots, withSlots } from '../shared/blocks/work-slots.ts';
import {
  type DiskPartWriter,
  useRange,
  writeDiskParts,
} from '../shared/blocks/write-disk-parts.ts';
import { zeroHoles } from '../shared/blocks/zero-holes.ts';
import { untilComplete } from '../shared/sources/until-complete.ts';
import { compareRedundant } from './compare-redundant.ts';
import type { DirectoryPlaces } from './directory-places.ts';
import { expandGrainTable, type TableContext } from './expand-grain-table.ts';
import { FileWindow } from './file-window.ts';
import type { Geometry } from './geometry.ts';
import { type GrainBatch, maxGrainBatchBytes, takeGrainBatch } from './grain-batch.ts';
import { GrainClaims } from './grain-claims.ts';
import type { SparseHeader } from './header.ts';
import { directoryHoles, grainTableHoles } from './holes.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';
import { readDirectories } from './read-directories.ts';

/** A monolithicSparse image whose header has been read. */
export interface SparseImage {
  header: SparseHeader;
  geometry: Geometry;
  places: DirectoryPlaces;
}

/**
 * Copies the disk in the order of the file, so that a file that is still growing is decoded as far as it has arrived:
 * grain tables and the grains that they name wait in one queue, and the lowest place comes next.
 */
export async function copySparse(
  source: ByteSource,
  image: SparseImage,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  await sink.setSize(image.geometry.virtualSize);
  await withSlots(context, (slots) => copyPieces(source, image, sink, context, slots));
}

async function copyPieces(
  source: ByteSource,
  { header, geometry, places }: SparseImage,
  sink: DiskSink,
  { limits }: DecodeContext,
  slots: WorkSlots,
): Promise<void> {
  const { signal } = slots;
  const window = new FileWindow(source, signal);
  const map = await readDirectories(window, geometry, header.descriptorSectors, places, source);
  const tables: TableContext = { geometry, map, zeroedGrains: header.zeroedGrains, source };
  const queue = new PieceQueue(limits.tableBytes / 2, 'vmdk');
  const claims = new GrainClaims(geometry.grainSectors, limits.tableBytes / 2);
  const writer: DiskPartWriter = { sink, signal, maxBytes: maxGrainBatchBytes, spare: [] };
  if (!sink.zeroed) {
    await slots.submit(() => zeroHoles(directoryHoles(geometry, map), sink, signal));
  }
  for (let next = 0; ; ) {
    signal.throwIfAborted();
    const index = map.order[next];
    const tableAt = index === undefined ? Infinity : map.sectorAt(index) * sectorBytes;
    const piece = queue.peek();
    if (piece === undefined && queue.horizon === Infinity && index === undefined) break;
    if (piece === undefined && queue.horizon <= tableAt) {
      const from = queue.passHorizon();
      for (const known of map.order.subarray(0, next)) {
        queue.add(expandGrainTable(tables, known, await readTable(known)), from);
      }
    } else if (index !== undefined && (piece === undefined || tableAt < piece.host)) {
      const pieces = expandGrainTable(tables, index, await readTable(index), claims);
      queue.add(pieces);
      if (!sink.zeroed) {
        const holes = grainTableHoles(pieces, geometry, index);
        await slots.submit(() => zeroHoles(holes, sink, signal));
      }
      next += 1;
    } else {
      const batch = takeGrainBatch(queue, source);
      if (batch === undefined) await abortable(source.grown(), signal);
      else await slots.submit(() => copyBatch(batch, source, writer));
    }
  }
  await untilComplete(source, signal);
  await compareRedundant(window, new FileWindow(source, signal), geometry, map);

  function readTable(index: number): Promise<Uint8Array> {
    const position = map.sectorAt(index) * sectorBytes;
    return window.read(position, geometry.tableEntries * 4, 'a grain table');
  }
}

async function copyBatch(
  batch: GrainBatch,
  source: ByteSource,
  writer: DiskPartWriter,
): Promise<void> {
  await useRange(source, batch, writer, async (bytes) => {
    if (bytes.length < batch.end - batch.start) {
      const details = { offset: batch.start + bytes.length };
      throw refuseVmdk('truncated', 'the file ends inside a grain', details);
    }
    const parts = batch.pieces.map((piece) => {
      const from = piece.host - batch.start;
      return { guest: piece.guest, bytes: bytes.subarray(from, from + piece.length) };
    });
    await writeDiskParts(parts, writer);
  });
}
