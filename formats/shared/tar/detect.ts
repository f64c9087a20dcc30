import { hasMagic, isZeros } from '../../../src/kit.ts';
import { isMacMetadata } from '../archives/member-name.ts';
import { blockBytes, hasTarChecksum, parseTarHeader, readTarText } from './header.ts';
import { parsePaxRecords } from './pax-records.ts';

/** The magic, or, for older archives without one, a first block with the right checksum. */
export function looksLikeTar(head: Uint8Array): boolean {
  return hasMagic(head, 'ustar', 257) || hasTarChecksum(head.subarray(0, blockBytes));
}

/**
 * The start of the archive contains an OVF descriptor, so it is an OVA (DSP0243, section 5.3) and not a plain tar. The
 * descriptor should be the first member, but some archives have folders, AppleDouble and small files before it.
 */
export function showsOvf(head: Uint8Array): boolean {
  try {
    return fileNames(head).some((name) => /\.ovf$/i.test(name) && !isMacMetadata(name));
  } catch {
    return false;
  }
}

/** The names of the files whose headers are in `head`. */
function fileNames(head: Uint8Array): string[] {
  const names: string[] = [];
  let longName: string | undefined;
  for (let at = 0; at + blockBytes <= head.length; ) {
    const block = head.subarray(at, at + blockBytes);
    if (isZeros(block)) break;
    const { name, type, sizeBytes } = parseTarHeader(block, at);
    const body = head.subarray(at + blockBytes, at + blockBytes + sizeBytes);
    if (type === 'x' || type === 'X') longName = parsePaxRecords(body).path ?? longName;
    if (type === 'L') longName = readTarText(body);
    if ('07'.includes(type)) names.push(longName ?? name);
    if (!'xXgLKA'.includes(type)) longName = undefined;
    // The map of a sparse file comes before its bytes.
    if (type === 'S') break;
    at += blockBytes + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
  return names;
}
