/** The format of a file, as far as a clone needs it: only a raw disk grows with its file. */
export interface SourceFormat {
  /** `raw` if no other format is recognised. */
  format: string;
  /** Size in bytes of the contained disk, if the head states it. */
  virtualSize?: number;
}

/** Number of bytes from the start that detection reads. */
export const formatHeadBytes = 512;

/** Formats in which the length of the file is not the size of the disk, with their magic bytes. */
const magics: readonly [format: string, offset: number, magic: Uint8Array][] = [
  ['qcow2', 0, Buffer.from('QFI\xfb', 'latin1')],
  ['vmdk', 0, Buffer.from('KDMV')],
  ['vhdx', 0, Buffer.from('vhdxfile')],
  ['vhd', 0, Buffer.from('conectix')],
  ['vdi', 64, Buffer.from([0x7f, 0x10, 0xda, 0xbe])],
  ['gz', 0, Buffer.from([0x1f, 0x8b, 0x08])],
  ['bz2', 0, Buffer.from('BZh')],
  ['xz', 0, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['zst', 0, Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
];

export function recogniseSource(head: Buffer, sizeBytes: number): SourceFormat {
  const found = magics.find(([, offset, magic]) =>
    head.subarray(offset, offset + magic.length).equals(magic),
  );
  if (found === undefined) return { format: 'raw', virtualSize: sizeBytes };
  const [format] = found;
  if (format !== 'qcow2' || head.length < 32) return { format };
  return { format, virtualSize: Number(head.readBigUInt64BE(24)) };
}
