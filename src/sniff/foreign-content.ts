import type { Probe } from '../contracts/format.ts';
import type { DefectReason } from '../errors.ts';
import { hasMagic, viewOf } from '../kit/bytes.ts';
import { nameText } from './text-content.ts';

/** What bytes are that are no raw disk, and why they are refused where one was expected. */
export interface ForeignContent {
  /** For people: `a 7-Zip archive`. */
  name: string;
  reason: DefectReason;
}

type Magic = string | readonly number[];

/** Image formats and wrappings by format id: wrong only where another was expected. */
const known: readonly (readonly [id: string, name: string, magic: Magic, offset?: number])[] = [
  ['qcow2', 'a qcow2 image', [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 2]],
  ['qcow2', 'a qcow2 image', [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]],
  ['vmdk', 'a VMDK image', 'KDMV'],
  ['vhd', 'a VHD image', 'conectix'],
  ['vhdx', 'a VHDX image', 'vhdxfile'],
  ['vdi', 'a VDI image', [0x7f, 0x10, 0xda, 0xbe], 0x40],
  ['gz', 'a gzip file', [0x1f, 0x8b]],
  ['bz2', 'a bzip2 file', [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 4],
  ['bz2', 'a bzip2 file', [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], 4],
  ['xz', 'an xz file', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['zst', 'a zstd file', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', 'an lz4 file', [0x04, 0x22, 0x4d, 0x18]],
  ['lz4', 'an lz4 file', [0x02, 0x21, 0x4c, 0x18]],
  ['zip', 'a zip archive', 'PK\x03\x04'],
  ['zip', 'a zip archive', 'PK\x05\x06'],
  ['tar', 'a tar archive', 'ustar', 257],
];

/** Disk images, archives and compressions that nothing here reads. */
const unsupported: readonly (readonly [name: string, magic: Magic, offset?: number])[] = [
  ['a qcow image of version 1', [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 1]],
  ['a qcow image of an unknown version', [0x51, 0x46, 0x49, 0xfb]],
  ['a QED image', 'QED\0'],
  ['a VMDK image of the COWD kind', 'COWD'],
  ['a VMDK image of the seSparse kind', [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]],
  ['a Parallels image', 'WithoutFreeSpace'],
  ['a Parallels image', 'WithouFreSpacExt'],
  ['a Bochs image', 'Bochs Virtual HD Image'],
  ['a cloop image', '#!/bin/sh\n#V2.0 Format'],
  ['an ASIF image', 'shdw'],
  ['an EWF image', 'EVF\x09\x0d\x0a\xff\0'],
  ['an EWF image', 'EVF2\x0d\x0a\x81'],
  ['a Windows image (WIM)', 'MSWIM\0\0\0'],
  ['a 7-Zip archive', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['a RAR archive', 'Rar!\x1a\x07'],
  ['a cpio archive', '070701'],
  ['a Debian package or ar archive', '!<arch>\n'],
  ['a compress file (.Z)', [0x1f, 0x9d]],
  ['an lzip file', 'LZIP'],
  ['an lzop file', [0x89, 0x4c, 0x5a, 0x4f, 0x00]],
  ['an lrzip file', 'LRZI'],
];

const notImages: readonly (readonly [name: string, magic: Magic, offset?: number])[] = [
  ['an ELF program', '\x7fELF'],
  ['a Linux kernel', 'HdrS', 0x202],
  ['a Linux kernel', 'ARM\x64', 56],
];

/**
 * Names what is certainly no raw disk: documents, archives, compressed files, disk images of every kind. The reason is
 * what to refuse with where a raw disk, or nothing known, was expected. `except` is the id of a format that these bytes
 * are known to be: what is named then is a second reading of the same bytes.
 */
export function nameForeignContent(probe: Probe, except?: string): ForeignContent | undefined {
  const { head } = probe;
  if (head.length === 0) return { name: 'an empty file', reason: 'empty' };
  if (hasMagic(head, 'LUKS\xba\xbe')) {
    return { name: 'an encrypted disk (LUKS)', reason: 'encrypted' };
  }
  const name = (list: typeof unsupported): string | undefined =>
    list.find(([, magic, offset]) => hasMagic(head, magic, offset))?.[0];

  const image =
    known.find(([id, , magic, offset]) => id !== except && hasMagic(head, magic, offset))?.[1] ??
    (except === 'vhd' ? undefined : nameFooter(probe)) ??
    (except === 'iso' ? undefined : nameOptical(head));
  if (image !== undefined) return { name: image, reason: 'format-mismatch' };
  const other = name(unsupported) ?? (isDmg(probe) ? 'an Apple disk image (dmg)' : undefined);
  if (other !== undefined) return { name: other, reason: 'unsupported-variant' };
  if (isLzmaAlone(head))
    return { name: 'an lzma file without a check', reason: 'unsupported-variant' };
  const file = name(notImages);
  return file !== undefined ? { name: file, reason: 'not-an-image' } : nameText(head);
}

/** A fixed VHD is a raw disk with a footer, of 511 bytes in very old files. */
function nameFooter({ tail }: Probe): string | undefined {
  if (tail === undefined) return undefined;
  const isVhd = [512, 511].some((length) => hasMagic(tail, 'conectix', tail.length - length));
  return isVhd ? 'a VHD image' : undefined;
}

function isDmg({ tail }: Probe): boolean {
  return tail !== undefined && hasMagic(tail, 'koly', tail.length - 512);
}

/** With a boot sector it is an isohybrid, and as good a disk as any. */
function nameOptical(head: Uint8Array): string | undefined {
  if (hasMagic(head, [0x55, 0xaa], 510)) return undefined;
  if (hasMagic(head, 'CD001', 32_769)) return 'an ISO 9660 image';
  return hasMagic(head, 'BEA01', 32_769) ? 'a UDF image' : undefined;
}

/** No magic: the usual properties, a dictionary as every writer chooses it, an unknown or believable length. */
function isLzmaAlone(head: Uint8Array): boolean {
  if (!hasMagic(head, [0x5d, 0, 0]) || head.length < 14 || head[13] !== 0) return false;
  const length = viewOf(head).getBigUint64(5, true);
  return length === 0xffff_ffff_ffff_ffffn || length < 1n << 48n;
}
