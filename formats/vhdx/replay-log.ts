import { type FileRange, refuseVhdx } from './file-range.ts';
import { type LogUpdate, readUpdates } from './log-entry.ts';
import { LogOverlay } from './log-overlay.ts';
import { LogRing, logSectorBytes } from './log-ring.ts';
import { findActiveSequence } from './log-sequence.ts';

/** The result of a replay. */
export interface Replay {
  overlay: LogOverlay;
  /** A file shorter than this was truncated. */
  flushedFileSize: bigint;
}

const maxUpdates = 4096;
/** Identifier and headers are never changed through the log (MS-VHDX 2.2.1, 2.2.2). */
const firstOffset = 192 * 1024;

/** Replays a log into memory: `bytes` is the whole log, `range` its place in the file. */
export function replayLog(bytes: Uint8Array, range: FileRange, guid: string): Replay {
  const ring = new LogRing(bytes);
  const overlay = new LogOverlay();
  const entries = findActiveSequence(ring, guid);
  const count = entries.reduce((sum, { descriptors }) => sum + descriptors, 0);
  if (count > maxUpdates) {
    const details = { value: count, limit: maxUpdates };
    throw refuseVhdx('limit', 'the log holds more updates than are allowed', details);
  }
  for (const entry of entries) {
    for (const update of readUpdates(ring, entry)) {
      const { start, end } = checkTarget(update, entry.lastFileOffset, range);
      if (update.data === undefined) overlay.zero(start, end - start);
      else overlay.write(start, restoreSector(ring, update.data));
    }
  }
  return { overlay, flushedFileSize: entries.at(-1)?.flushedFileSize ?? 0n };
}

function checkTarget(update: LogUpdate, lastFileOffset: bigint, log: FileRange): FileRange {
  const { offset, length } = update;
  const end = offset + length;
  const value = `${length} bytes at ${offset}`;
  if (end > lastFileOffset || end > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw refuseVhdx('corrupt-table', 'the log writes past the end of the file', { value });
  }
  const range = { start: Number(offset), end: Number(end) };
  if (range.start < firstOffset || (range.start < log.end && range.end > log.start)) {
    throw refuseVhdx('corrupt-table', 'the log writes over the headers or itself', { value });
  }
  return range;
}

/** The descriptor holds the first eight and last four bytes of the sector (MS-VHDX 2.3.1.3). */
function restoreSector(
  ring: LogRing,
  { sector, leading, trailing }: Required<LogUpdate>['data'],
): Uint8Array {
  const bytes = Uint8Array.from(ring.sector(sector));
  bytes.set(leading);
  bytes.set(trailing, logSectorBytes - trailing.length);
  return bytes;
}
