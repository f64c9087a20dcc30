import { hasMagic } from '../../../src/kit.ts';
import { blockBytes, hasTarChecksum, parseTarHeader, readTarText } from './header.ts';
import { parsePaxRecords } from './pax-records.ts';

/** The magic, or in older archives without one a first block with the right checksum. */
export function looksLikeTar(head: Uint8Array): boolean {
  return hasMagic(head, 'ustar', 257) || hasTarChecksum(head.subarray(0, blockBytes));
}

/** The first member is an OVF descriptor: then the archive is an OVA (DSP0243, section 5.3) and no plain tar. */
export function beginsWithOvf(head: Uint8Array): boolean {
  try {
    return /\.ovf$/i.test(firstName(head) ?? '');
  } catch {
    return false;
  }
}

/** The name of the first real member, as far as `head` goes. */
function firstName(head: Uint8Array): string | undefined {
  let longName: string | undefined;
  for (let at = 0; at + blockBytes <= head.length; ) {
    const { name, type, sizeBytes } = parseTarHeader(head.subarray(at, at + blockBytes), at);
    if (!'xgLK'.includes(type)) return longName ?? name;
    const body = head.subarray(at + blockBytes, at + blockBytes + sizeBytes);
    if (type === 'x') longName = parsePaxRecords(body).path ?? longName;
    if (type === 'L') longName = readTarText(body);
    at += blockBytes + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
  return undefined;
}
