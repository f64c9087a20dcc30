import { type ByteSource, type DecodeContext, type DiskSink, viewOf } from '../../src/kit.ts';
import { type WorkSlots, withSlots } from '../shared/blocks/work-slots.ts';
import { type DiskPartWriter, writeDiskParts } from '../shared/blocks/write-disk-parts.ts';
import { zeroHoles } from '../shared/blocks/zero-holes.ts';
import { inflateSlackBytes } from '../shared/codecs/inflate-block.ts';
import { giveBack } from '../shared/give-back.ts';
import { checkTables } from './check-tables.ts';
import type { DirectoryPlaces } from './directory-places.ts';
import { FileWindow } from './file-window.ts';
import type { Geometry } from './geometry.ts';
import { maxGrainBatchBytes } from './grain-batch.ts';
import { field, type SparseHeader } from './header.ts';
import { grainHoles } from './holes.ts';
import { inflateGrain } from './inflate-grain.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';
import { passStream } from './pass-stream.ts';
import { type StreamGrain, StreamRecord } from './stream-record.ts';

/** A streamOptimized image whose header has been read; without `places`, they are in its footer. */
export interface VmdkStream {
  header: SparseHeader;
  geometry: Geometry;
  places: DirectoryPlaces | undefined;
}

/**
 * Copies the disk in one pass over the markers, each of which gives the place of its grain. The tables are read
 * afterwards, to check that they agree.
 */
export async function copyStream(
  source: ByteSource,
  image: VmdkStream,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  await sink.setSize(image.geometry.virtualSize);
  await withSlots(context, (slots) => copyGrains(source, image, sink, context, slots));
}

async function copyGrains(
  source: ByteSource,
  image: VmdkStream,
  sink: DiskSink,
  { limits }: DecodeContext,
  slots: WorkSlots,
): Promise<void> {
  const { signal } = slots;
  const { header, geometry } = image;
  const streamSector = parseOverhead(header, source.sizeBytes);
  const record = new StreamRecord(header, geometry, limits.tableBytes);
  const writer: DiskPartWriter = { sink, signal, maxBytes: maxGrainBatchBytes, spare: [] };
  const perBatch = Math.max(1, Math.floor(maxGrainBatchBytes / geometry.grainBytes));
  const start = streamSector * sectorBytes;
  // With new memory for every read, the garbage collector would keep hundreds of buffers.
  const spare: Uint8Array[] = [];
  const ending = await passStream(source, start, record, signal, {
    room(length) {
      const memory = spare.pop();
      if (memory !== undefined && memory.length >= length) return memory;
      return new Uint8Array(Math.max(length, maxGrainBatchBytes));
    },
    async take(grains, bytes, position, memory) {
      let users = 1;
      const leave = (): void => {
        users -= 1;
        if (users === 0) spare.push(memory);
      };
      for (let at = 0; at < grains.length; at += perBatch) {
        const batch = grains.slice(at, at + perBatch);
        users += 1;
        await slots.submit(async () => {
          await copyBatch(batch, bytes, position, geometry, writer);
          leave();
        });
      }
      leave();
    },
  });
  // The size of the file may not have been known before.
  parseOverhead(header, source.sizeBytes);
  const places = record.footer?.places ?? image.places;
  const needsEnd = record.footer !== undefined || image.places === undefined;
  if (places === undefined || (needsEnd && ending === 'file')) {
    throw refuseVmdk('truncated', 'the file ends before the stream does');
  }
  const window = new FileWindow(source, signal);
  await checkTables(source, window, { header, geometry, places, record, streamSector });
  if (!sink.zeroed) await zeroHoles(grainHoles(geometry, record.grains), sink, signal);
}

async function copyBatch(
  batch: readonly StreamGrain[],
  bytes: Uint8Array,
  position: number,
  { grainBytes, virtualSize }: Geometry,
  writer: DiskPartWriter,
): Promise<void> {
  const inflated = batch.map(async ({ grain, start, end }) => {
    const guest = grain * grainBytes;
    const visibleBytes = Math.min(grainBytes, virtualSize - guest);
    const about = { position: position + start, grainBytes, visibleBytes };
    return { guest, bytes: await inflateGrain(bytes.subarray(start, end), about) };
  });
  const parts = await Promise.all(inflated);
  await writeDiskParts(parts, writer);
  for (const { bytes: output } of parts) giveBack(output, inflateSlackBytes);
}

/** The sector of the first marker: after the sectors that the header counts as overhead. */
function parseOverhead(header: SparseHeader, sizeBytes: number | undefined): number {
  const sectors = viewOf(header.bytes).getBigUint64(field.overhead, true);
  const details = { offset: field.overhead, value: String(sectors) };
  const first = 1 + header.descriptorSectors;
  // Some writers leave the field empty.
  if (sectors === 0n) return first;
  if (sectors < BigInt(first)) {
    throw refuseVmdk('corrupt-header', 'the stream begins inside the descriptor', details);
  }
  const fileBytes = BigInt(sizeBytes ?? Number.MAX_SAFE_INTEGER);
  if (sectors * BigInt(sectorBytes) > fileBytes) {
    throw refuseVmdk('truncated', 'the stream begins past the end of the file', details);
  }
  return Number(sectors);
}
