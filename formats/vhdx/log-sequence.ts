import { refuseVhdx } from './file-range.ts';
import { type ParsedLogEntry, parseLogEntry } from './log-entry.ts';
import type { LogRing } from './log-ring.ts';

/**
 * The entries to replay, oldest first: of all complete sequences, the one whose last entry is newest (MS-VHDX 2.3.3).
 * Entries that are incomplete, older or of another log are skipped. Refuses a log without any.
 */
export function findActiveSequence(ring: LogRing, guid: string): ParsedLogEntry[] {
  const entries = new Map<number, ParsedLogEntry>();
  for (let at = 0; at < ring.sectors; at += 1) {
    const entry = parseLogEntry(ring, at, guid);
    if (entry !== undefined) entries.set(at, entry);
  }
  let active: ParsedLogEntry[] = [];
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
  throw refuseVhdx('corrupt-header', 'the log holds updates, but no complete sequence of them', {
    hint: 'Get the image again; the file was damaged after it was written.',
  });
}

/** The entries that follow the given one without a gap. */
function follow(
  first: ParsedLogEntry,
  entries: ReadonlyMap<number, ParsedLogEntry>,
  ringSectors: number,
): ParsedLogEntry[] {
  const sequence: ParsedLogEntry[] = [];
  for (let entry: ParsedLogEntry | undefined = first; entry !== undefined; ) {
    sequence.push(entry);
    const next = entries.get((entry.at + entry.sectors) % ringSectors);
    entry = next?.sequence === entry.sequence + 1n ? next : undefined;
  }
  return sequence;
}
