import {
  type ByteSource,
  type DecodeContext,
  type Disk,
  type DiskFacts,
  type DiskImage,
  type DiskSink,
  defined,
  defineFormat,
  hasMagic,
  type Probe,
  raiseLimit,
  refuse,
} from '../src/kit.ts';
import { findFileSystem } from './raw/file-system.ts';
import { findPartitionTable } from './raw/partition-table.ts';
import { regroup } from './shared/streams/regroup.ts';
import { StreamReader } from './shared/streams/stream-reader.ts';

const headBytes = 128 * 1024;
const writeBytes = 1024 * 1024;
const sectorBytes = 512;

/**
 * A raw disk: partition table or bare file system, copied byte for byte. Uses only `source.stream()`, once, so that the
 * output of a codec needs no spool; a disk that was opened but not copied is released when the signal aborts.
 */
export const raw: Disk = defineFormat({ kind: 'disk', id: 'raw', detect, open });

function detect({ head, tail }: Probe): boolean {
  return describe(head) !== undefined && !isKernel(head) && !(tail && hasForeignFooter(tail));
}

function describe(head: Uint8Array): string | undefined {
  const table = findPartitionTable(head);
  // The boot sector of a file system looks like an MBR without entries, or like no MBR.
  if (table === 'GPT' || table === 'MBR') return table;
  return findFileSystem(head) ?? table;
}

/** A Linux kernel for BIOS contains the signature of a boot sector. */
function isKernel(head: Uint8Array): boolean {
  return hasMagic(head, 'HdrS', 0x202);
}

/** Formats that put their header after an otherwise raw disk: VHD (511 bytes in very old files) and Apple's dmg. */
function hasForeignFooter(tail: Uint8Array): boolean {
  const end = tail.length;
  return (
    hasMagic(tail, 'conectix', end - 512) ||
    hasMagic(tail, 'conectix', end - 511) ||
    hasMagic(tail, 'koly', end - 512)
  );
}

async function open(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { sizeBytes } = source;
  const limit = context.limits.virtualBytes;
  if (sizeBytes !== undefined && sizeBytes > limit) throw tooLong(sizeBytes, limit, sizeBytes);
  const reader = new StreamReader(source.stream(true), context.signal);
  const head = await readHead(reader, Math.min(headBytes, sizeBytes ?? headBytes));
  const facts: DiskFacts = { variant: describe(head) ?? 'unpartitioned', features: [] };
  if (sizeBytes !== undefined) noteOddSize(facts, sizeBytes);
  return {
    virtualSize: sizeBytes,
    facts,
    async copyTo(sink) {
      try {
        if (sizeBytes !== undefined) await sink.setSize(sizeBytes);
        const copied = await copy(head, reader, sink, limit);
        if (copied !== (source.sizeBytes ?? copied)) throw cut(copied, source.sizeBytes);
        if (sizeBytes !== undefined) return;
        noteOddSize(facts, copied);
        await sink.setSize(copied);
      } finally {
        reader.close();
      }
    },
  };
}

async function readHead(reader: StreamReader, length: number): Promise<Uint8Array> {
  try {
    return await reader.take(length);
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Writes one piece while the next one is decoded; never more than one write at a time. */
async function copy(
  head: Uint8Array,
  reader: StreamReader,
  sink: DiskSink,
  limit: number,
): Promise<number> {
  let position = 0;
  let writing: Promise<void> | undefined;
  try {
    for await (const piece of regroup(piecesOf(head, reader), writeBytes, true)) {
      if (position + piece.length > limit) throw tooLong(position + piece.length, limit);
      await writing;
      writing = sink.write(position, piece);
      // Awaited above, perhaps much later; the empty handler keeps Node from reporting the failure earlier.
      writing.catch(() => {});
      position += piece.length;
    }
  } catch (error) {
    await Promise.allSettled([writing]);
    throw error;
  }
  await writing;
  return position;
}

async function* piecesOf(head: Uint8Array, reader: StreamReader): AsyncGenerator<Uint8Array> {
  yield head;
  for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
    yield piece;
  }
}

/** A disk whose last sector is incomplete keeps its length. */
function noteOddSize(facts: DiskFacts, sizeBytes: number): void {
  if (sizeBytes % sectorBytes !== 0) facts.features.push('incomplete-last-sector');
}

function cut(copied: number, expected: number | undefined): Error {
  return refuse('truncated', `The disk ends after ${copied} bytes`, {
    format: 'raw',
    offset: copied,
    ...defined({ value: expected }),
  });
}

/** `needed` is the whole length, if it is known. */
function tooLong(value: number, limit: number, needed?: number): Error {
  return refuse('limit', `The disk is longer than ${limit} bytes`, {
    format: 'raw',
    limit,
    value,
    hint: raiseLimit('virtualBytes', needed),
  });
}
