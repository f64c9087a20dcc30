import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratch, StreamSource } from '../../src/bytes/stream-source.ts';
import {
  type Archive,
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  isImageError,
  type Limits,
} from '../../src/kit.ts';
import { decodeContext } from './decode-context.ts';
import { wholeSource } from './shared/byte-sources.ts';
import { sha256 } from './shared/decoding.ts';

/** The form in which an archive reaches its reader: a file, or the output of a codec. */
export const ways = ['file', 'stream'] as const;
export type Way = (typeof ways)[number];

/** A context with real scratch files, and the number of opened ones. */
export interface SpoolingContext extends DecodeContext {
  opened(): number;
  close(): Promise<void>;
}

export function spoolingContext(
  options: { signal?: AbortSignal; limits?: Partial<Limits> } = {},
): SpoolingContext {
  const folder = mkdtempSync(join(tmpdir(), 'rootdisk-archive-'));
  const scratch = openScratch(folder);
  let opened = 0;
  const counted = {
    ...scratch,
    open: () => {
      opened += 1;
      return scratch.open();
    },
  };
  return {
    ...decodeContext(options),
    spool: (bytes) => new StreamSource(bytes, counted),
    opened: () => opened,
    async close() {
      await scratch.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The same bytes as a whole file or as a codec's output in pieces. */
export function sourceOf(
  bytes: Uint8Array,
  way: Way,
  context: DecodeContext,
  pieceBytes?: number,
): ByteSource {
  const whole = wholeSource(bytes, pieceBytes);
  return way === 'file' ? whole : context.spool(whole.stream());
}

export interface ReadEntry {
  name: string;
  sizeBytes: number;
  sha256: string;
}

/** All entries of an archive, each read to its end. */
export async function readArchive(
  archive: Archive,
  bytes: Uint8Array,
  way: Way = 'file',
  options: { signal?: AbortSignal; limits?: Partial<Limits>; pieceBytes?: number } = {},
): Promise<ReadEntry[]> {
  const context = spoolingContext(options);
  try {
    const found: ReadEntry[] = [];
    const source = sourceOf(bytes, way, context, options.pieceBytes);
    for await (const entry of archive.entries(source, context)) found.push(await drain(entry));
    return found;
  } finally {
    await context.close();
  }
}

async function drain(entry: ArchiveEntry): Promise<ReadEntry> {
  const pieces: Uint8Array[] = [];
  for await (const piece of entry.source.stream()) pieces.push(piece.slice());
  await entry.finish();
  const bytes = Buffer.concat(pieces);
  if (entry.sizeBytes !== bytes.length) throw new Error(`${entry.sizeBytes} bytes were promised`);
  return { name: entry.name, sizeBytes: bytes.length, sha256: sha256(bytes) };
}

export function entryOf(name: string, content: Uint8Array | string): ReadEntry {
  const bytes = Buffer.from(content);
  return { name, sizeBytes: bytes.length, sha256: sha256(bytes) };
}

/** The reason why an archive was refused, or `accepted`; any other error fails the test. */
export async function verdictOn(
  archive: Archive,
  bytes: Uint8Array,
  way: Way = 'file',
  limits?: Partial<Limits>,
): Promise<string> {
  try {
    await readArchive(archive, bytes, way, limits === undefined ? {} : { limits });
    return 'accepted';
  } catch (error) {
    if (isImageError(error)) return String(Reflect.get(error.details, 'reason'));
    throw error;
  }
}
