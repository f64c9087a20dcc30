import { hasMagic, isZeros, refuse } from '../../../src/kit.ts';
import { parseTarNumber } from './number-field.ts';

export const blockBytes = 512;
const checksumAt = 148;
const checksumEnd = 156;

/** One header block (POSIX ustar, GNU, and the v7 form before them), its checksum verified. */
export interface TarHeader {
  /** As stored, prefix included. */
  name: string;
  /** The type flag as a character; a zero byte is `0`. */
  type: string;
  /** Bytes that follow, before padding. */
  sizeBytes: number;
  block: Uint8Array;
}

/** Throws `corrupt-header`, or `unsafe-path` for a name with hidden bytes after its end. */
export function parseTarHeader(block: Uint8Array, offset: number): TarHeader {
  if (!hasTarChecksum(block)) {
    throw refuse('corrupt-header', 'A tar header does not match its checksum', {
      format: 'tar',
      offset,
    });
  }
  const flag = block[checksumEnd] ?? 0;
  const sizeBytes = parseTarNumber(block.subarray(124, 136), 'its size');
  const type = flag === 0 ? '0' : String.fromCharCode(flag);
  return { name: readName(block), type, sizeBytes, block };
}

/** The sum of all bytes with the field itself blank; the bytes are unsigned or, in old writers, signed. */
export function hasTarChecksum(block: Uint8Array): boolean {
  const text = String.fromCharCode(...block.subarray(checksumAt, checksumEnd));
  const digits = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined || block.length < blockBytes) return false;
  let sum = 0;
  let negative = 0;
  for (let i = 0; i < blockBytes; i += 1) {
    const byte = i >= checksumAt && i < checksumEnd ? 0x20 : (block[i] ?? 0);
    sum += byte;
    if (byte >= 0x80) negative += 256;
  }
  const stated = Number.parseInt(digits, 8);
  return stated === sum || stated === sum - negative;
}

/** Text that ends at a zero byte. Some programs read the bytes after it and others do not: `unsafe-path`. */
export function readTarText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    end < 0 ? bytes : bytes.subarray(0, end),
  );
  if (end >= 0 && !isZeros(bytes, end)) {
    const shown = text.slice(0, 100);
    throw refuse(
      'unsafe-path',
      `The tar member name ${JSON.stringify(shown)} goes on behind its end`,
      { format: 'tar', value: shown },
    );
  }
  return text;
}

function readName(block: Uint8Array): string {
  const name = readTarText(block.subarray(0, 100));
  const prefix = readTarText(block.subarray(345, prefixEnd(block)));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** End of the first part of a long name. GNU and v7 store other fields there, and star two times after it. */
function prefixEnd(block: Uint8Array): number {
  const isStar = hasMagic(block, 'tar\0', 508);
  // star before POSIX has a magic only at the end of the block.
  if (!hasMagic(block, 'ustar\0', 257)) return isStar && !hasMagic(block, 'ustar', 257) ? 500 : 345;
  return isStar || hasStarTimes(block) ? 476 : 500;
}

/** xustar has no magic of its own: GNU tar recognizes it by its two times, octal digits that end with a blank. */
function hasStarTimes(block: Uint8Array): boolean {
  return block[475] === 0 && [476, 488].every((at) => isTime(block.subarray(at, at + 12)));
}

function isTime(field: Uint8Array): boolean {
  return /^[0-7]{11} $/.test(String.fromCharCode(...field));
}
