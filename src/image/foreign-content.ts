import type { Probe } from '../contracts/format.ts';
import type { DefectReason } from '../errors.ts';
import { hasMagic, viewOf } from '../kit/bytes.ts';
import { isVmdkDescriptor, nameDocument, nameText } from './text-content.ts';

/** The kind of bytes that are not a raw disk, and the reason to refuse them if one was expected. */
export interface ForeignContent {
  /** For people, with an article: `a 7-Zip archive`. */
  name: string;
  reason: DefectReason;
  /**
   * True for zeros, plain text or a program: a raw disk may begin like this, if the caller or the vendor declares it
   * as raw.
   */
  doubtful?: boolean;
}

/** The first bytes of a format other than a raw disk. */
interface ForeignMagic {
  /** The id of the format if it is supported, else its usual extension. */
  id: string;
  /** For people, with an article. */
  name: string;
  /** Text as Latin-1, or byte values. */
  magic: string | readonly number[];
  /** Position of the magic bytes; default 0. */
  at?: number;
}

const qcow = [0x51, 0x46, 0x49, 0xfb] as const;

/** Supported image formats and compressions: wrong only if another one was expected. */
const images: readonly ForeignMagic[] = [
  { id: 'qcow2', name: 'a qcow2 image', magic: [...qcow, 0, 0, 0, 2] },
  { id: 'qcow2', name: 'a qcow2 image', magic: [...qcow, 0, 0, 0, 3] },
  { id: 'vmdk', name: 'a VMDK image', magic: 'KDMV' },
  { id: 'vhd', name: 'a VHD image', magic: 'conectix' },
  { id: 'vhdx', name: 'a VHDX image', magic: 'vhdxfile' },
  { id: 'vdi', name: 'a VDI image', magic: [0x7f, 0x10, 0xda, 0xbe], at: 0x40 },
  { id: 'simg', name: 'an Android sparse image', magic: [0x3a, 0xff, 0x26, 0xed] },
  { id: 'gz', name: 'a gzip file', magic: [0x1f, 0x8b] },
  { id: 'bz2', name: 'a bzip2 file', magic: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4 },
  { id: 'bz2', name: 'a bzip2 file', magic: [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], at: 4 },
  { id: 'xz', name: 'an xz file', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] },
  { id: 'zst', name: 'a zstd file', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { id: 'lz4', name: 'an lz4 file', magic: [0x04, 0x22, 0x4d, 0x18] },
  { id: 'lz4', name: 'an lz4 file', magic: [0x02, 0x21, 0x4c, 0x18] },
  { id: 'zip', name: 'a zip archive', magic: 'PK\x03\x04' },
  { id: 'zip', name: 'a zip archive', magic: 'PK\x05\x06' },
  { id: 'zip', name: 'a zip archive', magic: 'PK00PK\x03\x04' },
  { id: 'zip', name: 'a zip archive', magic: 'PK\x07\x08PK\x03\x04' },
  { id: 'tar', name: 'a tar archive', magic: 'ustar', at: 257 },
];

/** Unsupported disk images, archives and compressions. */
const unreadable: readonly ForeignMagic[] = [
  { id: 'qcow2', name: 'a qcow image of version 1', magic: [...qcow, 0, 0, 0, 1] },
  { id: 'qcow2', name: 'a qcow image of an unknown version', magic: qcow },
  { id: 'qed', name: 'a QED image', magic: 'QED\0' },
  { id: 'vmdk', name: 'a VMDK image of the COWD kind', magic: 'COWD' },
  {
    id: 'vmdk',
    name: 'a VMDK image of the seSparse kind',
    magic: [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0],
  },
  { id: 'vma', name: 'a Proxmox backup (VMA)', magic: 'VMA\0' },
  { id: 'hdd', name: 'a Parallels image', magic: 'WithoutFreeSpace' },
  { id: 'hdd', name: 'a Parallels image', magic: 'WithouFreSpacExt' },
  { id: 'bochs', name: 'a Bochs image', magic: 'Bochs Virtual HD Image' },
  { id: 'cloop', name: 'a cloop image', magic: '#!/bin/sh\n#V2.0 Format' },
  { id: 'asif', name: 'an ASIF image', magic: 'shdw' },
  { id: 'e01', name: 'an EWF image', magic: 'EVF\x09\x0d\x0a\xff\0' },
  { id: 'e01', name: 'an EWF image', magic: 'EVF2\x0d\x0a\x81' },
  { id: 'l01', name: 'an EWF image of single files', magic: 'LVF\x09\x0d\x0a\xff\0' },
  { id: 'wim', name: 'a Windows image (WIM)', magic: 'MSWIM\0\0\0' },
  { id: 'partclone', name: 'a Partclone image', magic: 'partclone-image' },
  { id: 'ntfsclone', name: 'an ntfsclone image', magic: '\0ntfsclone-image' },
  { id: 'ubi', name: 'a UBI image of raw flash', magic: 'UBI#' },
  { id: 'boot', name: 'an Android boot image', magic: 'ANDROID!' },
  { id: 'ota', name: 'an Android update (payload.bin)', magic: 'CrAU' },
  { id: 'uimage', name: 'a U-Boot image', magic: [0x27, 0x05, 0x19, 0x56] },
  { id: '7z', name: 'a 7-Zip archive', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { id: 'rar', name: 'a RAR archive', magic: 'Rar!\x1a\x07' },
  { id: 'cpio', name: 'a cpio archive', magic: '070701' },
  { id: 'ar', name: 'a Debian package or ar archive', magic: '!<arch>\n' },
  { id: 'Z', name: 'a compress file (.Z)', magic: [0x1f, 0x9d] },
  { id: 'lz', name: 'an lzip file', magic: 'LZIP' },
  { id: 'lzo', name: 'an lzop file', magic: [0x89, 0x4c, 0x5a, 0x4f, 0] },
  { id: 'lrz', name: 'an lrzip file', magic: 'LRZI' },
];

/** Programs and kernels: not a disk, even with a boot sector. */
const programs: readonly ForeignMagic[] = [
  { id: 'elf', name: 'an ELF program', magic: '\x7fELF' },
  { id: 'vmlinuz', name: 'a Linux kernel', magic: 'HdrS', at: 0x202 },
  { id: 'vmlinuz', name: 'a Linux kernel', magic: 'ARM\x64', at: 56 },
];

/**
 * Names bytes that are certainly not a raw disk: documents, archives, compressed files, disk images of every kind.
 * The reason applies if a raw disk, or nothing known, was expected. `found` is the format id that was already
 * recognised: then only another image, archive or compression in the same bytes is named.
 */
export function nameForeignContent(probe: Probe, found?: string): ForeignContent | undefined {
  const { head } = probe;
  if (head.length === 0) return { name: 'an empty file', reason: 'not-an-image', doubtful: true };
  const image = pick(images, head, found) ?? nameFooter(probe, found) ?? nameOptical(head, found);
  if (image !== undefined) {
    // The magic bytes of tar are at a place where a boot sector has code.
    return { name: image, reason: 'format-mismatch', doubtful: image === 'a tar archive' };
  }
  const other = pick(unreadable, head, found) ?? nameDmg(probe);
  if (other !== undefined) return { name: other, reason: 'unsupported-variant' };
  if (hasMagic(head, 'LUKS\xba\xbe')) {
    return { name: 'an encrypted disk (LUKS)', reason: 'encrypted' };
  }
  // Readable in principle, but the format has neither magic bytes nor a checksum.
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

/** A fixed VHD is a raw disk with a footer, which has 511 bytes in very old files. */
function nameFooter({ tail }: Probe, found: string | undefined): string | undefined {
  if (tail === undefined || found === 'vhd') return undefined;
  const isVhd = [512, 511].some((length) => hasMagic(tail, 'conectix', tail.length - length));
  return isVhd ? 'a VHD image' : undefined;
}

/** With a boot sector it is an isohybrid image, which is a valid disk. */
function nameOptical(head: Uint8Array, found: string | undefined): string | undefined {
  if (found === 'iso' || hasMagic(head, [0x55, 0xaa], 510)) return undefined;
  if (hasMagic(head, 'CD001', 32_769)) return 'an ISO 9660 image';
  return hasMagic(head, 'BEA01', 32_769) ? 'a UDF image' : undefined;
}

function nameDmg({ tail }: Probe): string | undefined {
  const isDmg = tail !== undefined && hasMagic(tail, 'koly', tail.length - 512);
  return isDmg ? 'an Apple disk image (dmg)' : undefined;
}

/**
 * Without magic bytes: checks for the usual properties, then an unknown or plausible length, then the zero that
 * begins the data.
 */
function isLzmaAlone(head: Uint8Array): boolean {
  if (!hasMagic(head, [0x5d, 0, 0]) || head.length < 14 || head[13] !== 0) return false;
  const length = viewOf(head).getBigUint64(5, true);
  return length === 0xffff_ffff_ffff_ffffn || length < 1n << 48n;
}
