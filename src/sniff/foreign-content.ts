import type { Probe } from '../contracts/format.ts';
import type { DefectReason } from '../errors.ts';
import { hasMagic, viewOf } from '../kit/bytes.ts';
import { type ForeignMagic, images, programs, unreadable } from './foreign-magics.ts';
import { isVmdkDescriptor, nameDocument, nameText } from './text-content.ts';

/** What bytes are that are no raw disk, and why they are refused where one was expected. */
export interface ForeignContent {
  /** For people, with an article: `a 7-Zip archive`. */
  name: string;
  reason: DefectReason;
  /** A raw disk may begin like this if somebody says that these bytes are one: nothing, plain text, a program. */
  doubtful?: boolean;
}

/**
 * Names what is certainly no raw disk: documents, archives, compressed files, disk images of every kind. The reason is
 * what to refuse with where a raw disk, or nothing known, was expected. `found` is the id of a format that the bytes were
 * recognised as already: then only another image, archive or compression beside it is named.
 */
export function nameForeignContent(probe: Probe, found?: string): ForeignContent | undefined {
  const { head } = probe;
  if (head.length === 0) return { name: 'an empty file', reason: 'not-an-image', doubtful: true };
  if (hasMagic(head, 'LUKS\xba\xbe')) {
    return { name: 'an encrypted disk (LUKS)', reason: 'encrypted' };
  }
  const image = pick(images, head, found) ?? nameFooter(probe, found) ?? nameOptical(head, found);
  if (image !== undefined) {
    // Its magic lies where a boot sector has code.
    const doubtful = image === 'a tar archive';
    return { name: image, reason: 'format-mismatch', ...(doubtful && { doubtful }) };
  }
  const other = pick(unreadable, head, found) ?? nameDmg(probe);
  if (other !== undefined) return { name: other, reason: 'unsupported-variant' };
  // Readable in principle, but with neither a magic nor a check there is nothing to hold on to.
  if (isLzmaAlone(head)) {
    return { name: 'an lzma file without a check', reason: 'unsupported-feature' };
  }
  if (found !== undefined) return undefined;

  if (isVmdkDescriptor(head)) {
    return {
      name: 'a VMDK descriptor, which only points to other files',
      reason: 'external-reference',
    };
  }
  const document = nameDocument(head);
  if (document !== undefined) return { name: document, reason: 'not-an-image' };
  const file = pick(programs, head, undefined) ?? nameText(head);
  return file === undefined ? undefined : { name: file, reason: 'not-an-image', doubtful: true };
}

function pick(
  list: readonly ForeignMagic[],
  head: Uint8Array,
  found: string | undefined,
): string | undefined {
  // An OVA is a tar archive.
  const own = found === 'ova' ? 'tar' : found;
  return list.find(({ id, magic, at }) => id !== own && hasMagic(head, magic, at))?.name;
}

/** A fixed VHD is a raw disk with a footer, of 511 bytes in very old files. */
function nameFooter({ tail }: Probe, found: string | undefined): string | undefined {
  if (tail === undefined || found === 'vhd') return undefined;
  const isVhd = [512, 511].some((length) => hasMagic(tail, 'conectix', tail.length - length));
  return isVhd ? 'a VHD image' : undefined;
}

/** With a boot sector it is an isohybrid, and as good a disk as any. */
function nameOptical(head: Uint8Array, found: string | undefined): string | undefined {
  if (found === 'iso' || hasMagic(head, [0x55, 0xaa], 510)) return undefined;
  if (hasMagic(head, 'CD001', 32_769)) return 'an ISO 9660 image';
  return hasMagic(head, 'BEA01', 32_769) ? 'a UDF image' : undefined;
}

function nameDmg({ tail }: Probe): string | undefined {
  const isDmg = tail !== undefined && hasMagic(tail, 'koly', tail.length - 512);
  return isDmg ? 'an Apple disk image (dmg)' : undefined;
}

/** No magic: the usual properties, then an unknown or a believable length, then the zero that opens the data. */
function isLzmaAlone(head: Uint8Array): boolean {
  if (!hasMagic(head, [0x5d, 0, 0]) || head.length < 14 || head[13] !== 0) return false;
  const length = viewOf(head).getBigUint64(5, true);
  return length === 0xffff_ffff_ffff_ffffn || length < 1n << 48n;
}
