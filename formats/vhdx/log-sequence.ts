import { bad } from './file-range.ts';
import { type LogEntry, parseLogEntry } from './log-entry.ts';
import type { LogRing } from './log-ring.ts';

/**
 * The entries to replay, oldest first: of all complete sequences the one whose last entry is newest (MS-VHDX 2.3.3).
 * Entries that were torn, that belong to another log or that are older are passed over. Refuses a log without any.
 */
export function findActiveSequence(ring: LogRing, guid: string): LogEntry[] {
  const entries = new Map<number, LogEntry>();
  for (let at = 0; at < ring.sectors; at += 1) {
    const entry = parseLogEntry(ring, at, guid);
    if (entry !== undefined) entries.set(at, entry);
  }
  let active: LogEntry[] = [];
  let scanned = 0;
  for (const entry of entries.values()) {
    if (entry.at < scanned) continue;
    const sequence = follow(entry, entries, ring.sectors);
    const head = sequence.at(-1);
    if (head === undefined) continue;
    scanned = entry.at + sequence.reduce((sum, { sectors }) => sum + sectors, 0);
    const tail = sequence.findIndex(({ at }) => at === head.tail);
    if (tail >= 0 && head.sequence > (active.at(-1)?.sequence ?? 0n)) active = sequence.slice(tail);
  }
  if (active.length > 0) return active;
  throw bad('corrupt-header', 'the log holds updates, but no complete sequence of them', {
    hint: 'Get the image again; the file was damaged after it was written.',
  });
}

/** The entries that follow each other without a gap, from one on. */
function follow(
  first: LogEntry,
  entries: ReadonlyMap<number, LogEntry>,
  ringSectors: number,
): LogEntry[] {
  const sequence: LogEntry[] = [];
  for (let entry: LogEntry | undefined = first; entry !== undefined; ) {
    sequence.push(entry);
    const next = entries.get((entry.at + entry.sectors) % ringSectors);
    entry = next?.sequence === entry.sequence + 1n ? next : undefined;
  }
  return sequence;
}
