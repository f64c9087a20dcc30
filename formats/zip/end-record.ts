import { type Allowing, type ByteSource, refuse, viewOf } from '../../src/kit.ts';
import { refuseTrailing } from '../shared/trailing.ts';
import { hasSpanMarker } from './magic.ts';

/** The place of the central directory, from the records at the end of the file (APPNOTE 4.3.14 to 4.3.16). */
export interface EndRecord {
  directoryOffset: number;
  directoryBytes: number;
  /** End of the archive: the end of the file, unless the call allows bytes after the archive. */
  archiveBytes: number;
  /** Offsets are counted from this place in the file. */
  shift: number;
  /** The file is so large, and without zip64, that offsets are correct only modulo 2^32. */
  wraps: boolean;
}

/** The values that the end record does not decide. */
type Offsets = Pick<EndRecord, 'shift' | 'wraps'>;

const endBytes = 22;
const maxCommentBytes = 0xffff;
const locatorBytes = 20;
const record64Bytes = 56;

/**
 * Finds and checks the records at the end of a zip file. The comment must end exactly at the last byte, and only one
 * record may fit: a comment can contain another one. Bytes before the archive are `unsupported-feature`; bytes after it
 * are `trailing-data`, which a call may allow.
 */
export async function readEndRecord(
  source: ByteSource,
  sizeBytes: number,
  context: Allowing,
): Promise<EndRecord> {
  const from = Math.max(0, sizeBytes - endBytes - maxCommentBytes - locatorBytes - record64Bytes);
  const tail = await source.read(from, sizeBytes - from);
  const view = viewOf(tail);
  const at = findEnd(view, from, context);
  const end = {
    disk: view.getUint16(at + 4, true),
    directoryDisk: view.getUint16(at + 6, true),
    entriesHere: view.getUint16(at + 8, true),
    entries: view.getUint16(at + 10, true),
    directoryBytes: view.getUint32(at + 12, true),
    directoryOffset: view.getUint32(at + 16, true),
  };
  const located = at >= locatorBytes && view.getUint32(at - locatorBytes, true) === 0x07064b50;
  const archiveBytes = from + at + endBytes + view.getUint16(at + 20, true);
  if (!located) return { ...check(await unwrap(source, end, from + at), from + at), archiveBytes };
  const locator = from + at - locatorBytes;
  const record = Number(view.getBigUint64(at - locatorBytes + 8, true));
  const disks = view.getUint32(at - locatorBytes + 16, true);
  if (disks > 1) throw severalDisks();
  if (record + record64Bytes > locator) throw badEnd('A zip64 end record lies outside the file');
  const whole = merge(end, await readRecord64(source, record, locator));
  return { ...check({ ...whole, shift: 0, wraps: false }, record), archiveBytes };
}

interface End {
  disk: number;
  directoryDisk: number;
  entriesHere: number;
  entries: number;
  directoryBytes: number;
  directoryOffset: number;
}

/**
 * The directory of a file above 4 GiB whose end record has only 32 bits, as macOS writes it; and one with offsets
 * counted from after the marker of a spanned archive that became a single file (APPNOTE 8.5.4).
 */
async function unwrap(source: ByteSource, end: End, position: number): Promise<End & Offsets> {
  const between = position - end.directoryOffset - end.directoryBytes;
  const isWhole = between > 0 && between % 2 ** 32 === 0;
  const isMarked = between === 4 && hasSpanMarker(await source.read(0, 8));
  const shift = isMarked ? between : 0;
  const directoryOffset = end.directoryOffset + (isWhole || isMarked ? between : 0);
  return { ...end, directoryOffset, shift, wraps: isWhole };
}

/**
 * The only place whose comment ends with the file; if bytes after the archive are allowed, the last place, where every
 * reader looks first.
 */
function findEnd(view: DataView, from: number, context: Allowing): number {
  const fits: number[] = [];
  let missed: { at: number; rest: number } | undefined;
  for (let at = view.byteLength - endBytes; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const rest = view.byteLength - at - endBytes - view.getUint16(at + 20, true);
    if (rest === 0) fits.push(at);
    missed ??= { at, rest };
  }
  const [only, other] = fits;
  if (other !== undefined) {
    throw refuse('ambiguous-content', 'The comment of the zip file holds a second end record', {
      format: 'zip',
    });
  }
  if (only !== undefined) return only;
  if (missed !== undefined && missed.rest > 0) {
    const offset = from + view.byteLength - missed.rest;
    refuseTrailing(context, { format: 'zip', what: 'the zip archive', offset });
    return missed.at;
  }
  throw refuse('truncated', 'The zip file ends without its end record', { format: 'zip' });
}

async function readRecord64(source: ByteSource, position: number, locator: number): Promise<End> {
  const view = viewOf(await source.read(position, record64Bytes));
  if (view.byteLength < record64Bytes || view.getUint32(0, true) !== 0x06064b50) {
    throw badEnd('There is no zip64 end record where one should be');
  }
  if (view.getBigUint64(4, true) + 12n !== BigInt(locator - position)) {
    throw badEnd('The zip64 end record does not end at its locator');
  }
  return {
    disk: view.getUint32(16, true),
    directoryDisk: view.getUint32(20, true),
    entriesHere: Number(view.getBigUint64(24, true)),
    entries: Number(view.getBigUint64(32, true)),
    directoryBytes: Number(view.getBigUint64(40, true)),
    directoryOffset: Number(view.getBigUint64(48, true)),
  };
}

/** A field of the old record must equal the new one, or say that it is too small for it. */
function merge(end: End, end64: End): End {
  for (const key of ['disk', 'directoryDisk', 'entriesHere', 'entries'] as const) {
    if (end[key] !== 0xffff && end[key] !== end64[key]) throw badEnd('The two end records differ');
  }
  for (const key of ['directoryBytes', 'directoryOffset'] as const) {
    if (end[key] !== 0xffff_ffff && end[key] !== end64[key]) {
      throw badEnd('The two end records differ');
    }
  }
  return end64;
}

function check(end: End & Offsets, position: number): Omit<EndRecord, 'archiveBytes'> {
  const { directoryOffset, directoryBytes, entries, shift, wraps } = end;
  if (end.disk !== 0 || end.directoryDisk !== 0 || end.entriesHere !== entries) {
    throw severalDisks();
  }
  const between = position - directoryOffset - directoryBytes;
  if (between > 0) {
    throw refuse('unsupported-feature', 'The zip archive does not begin where its file does', {
      format: 'zip',
      hint: 'Unpack the archive first: it is self-extracting.',
    });
  }
  if (between < 0) throw badEnd('The central directory runs into its end record');
  // Every entry takes 46 bytes and a name.
  if (entries * 46 > directoryBytes) {
    throw badEnd(`The zip file states ${entries} entries in ${directoryBytes} bytes`);
  }
  return { directoryOffset, directoryBytes, shift, wraps };
}

function severalDisks(): Error {
  return refuse('unsupported-feature', 'The zip archive is one part of several', {
    format: 'zip',
    hint: 'Join the parts first.',
  });
}

function badEnd(message: string): Error {
  return refuse('corrupt-header', message, { format: 'zip' });
}
