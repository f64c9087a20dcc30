import { abortable, type ByteSource, type DecodeContext, type DiskSink } from '../../src/kit.ts';
import { PieceQueue } from '../shared/blocks/piece-queue.ts';
import { WorkSlots } from '../shared/blocks/work-slots.ts';
import { zeroHoles } from '../shared/blocks/zero-holes.ts';
import { untilComplete } from '../shared/sources/until-complete.ts';
import { maxClusterBatchBytes, takeClusterBatch } from './cluster-batch.ts';
import { createClusterDecoder } from './cluster-decoder.ts';
import { ClusterThreads } from './cluster-threads.ts';
import { type CopyJob, copyBatch } from './copy-batch.ts';
import type { Qcow2Header } from './header.ts';
import { diskHoles, l2TableHoles } from './holes.ts';
import { openTables } from './tables.ts';

/**
 * Copies the disk in the order of the file, so that a file that is still growing is decoded as far as it has arrived.
 * L2 tables and the data that they name wait in one queue: the lowest place comes next, and data before its own table
 * comes first.
 */
export async function copyImage(
  source: ByteSource,
  header: Qcow2Header,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  await sink.setSize(header.virtualSize);
  const slots = new WorkSlots(context.tasks, context.signal);
  const clusters = ClusterThreads.open(source, header, sink, context);
  try {
    await copyPieces(source, header, sink, context, slots, clusters);
  } finally {
    await slots.idle();
    await clusters?.close();
  }
  slots.signal.throwIfAborted();
}

async function copyPieces(
  source: ByteSource,
  header: Qcow2Header,
  sink: DiskSink,
  context: DecodeContext,
  slots: WorkSlots,
  clusters: ClusterThreads | undefined,
): Promise<void> {
  const { limits } = context;
  const { signal } = slots;
  const { clusterBytes, virtualSize } = header;
  const tables = await openTables(source, header, { ...context, signal });
  const { map } = tables;
  const queue = new PieceQueue(limits.tableBytes / 2, 'qcow2');
  const decode = createClusterDecoder(header, limits.windowBytes);
  const writer = { sink, signal, maxBytes: maxClusterBatchBytes, spare: [] };
  const job: CopyJob = { source, virtualSize, signal, decode, clusters, writer };
  if (!sink.zeroed) await slots.submit(() => zeroHoles(diskHoles(header, map), sink, signal));
  for (let i = 0; i < map.count; i += 1) {
    if (tables.isEarly(i)) await loadTable(i);
  }
  for (let next = 0; ; ) {
    signal.throwIfAborted();
    while (tables.isEarly(next)) next += 1;
    const tableAt = map.hostAt(next);
    const piece = queue.peek();
    if (piece === undefined && queue.horizon === Infinity && next >= map.count) break;
    if (piece === undefined && queue.horizon <= tableAt) {
      const from = queue.passHorizon();
      for (let i = 0; i < map.count; i += 1) {
        if (i < next || tables.isEarly(i)) queue.add(await tables.pieces(i), from);
      }
    } else if (piece === undefined || tableAt < piece.host) {
      await loadTable(next);
      next += 1;
    } else {
      const batch = takeClusterBatch(queue, header, map, source);
      if (batch === undefined) await abortable(source.grown(), signal);
      else await slots.submit(() => copyBatch(batch, job));
    }
  }
  await untilComplete(source, signal);
  await tables.confirm();

  async function loadTable(index: number): Promise<void> {
    const pieces = await tables.pieces(index);
    queue.add(pieces);
    if (sink.zeroed) return;
    const start = map.guestAt(index);
    const holes = l2TableHoles(pieces, start, start + map.coverAt(index), clusterBytes);
    await slots.submit(() => zeroHoles(holes, sink, signal));
  }
}
