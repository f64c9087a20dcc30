import { crc32 } from 'node:zlib';

/** The faults of a generated file; the rest is as the specification requires. */
export interface XzDefects {
  /** Check type in header and footer; default 1, CRC32. */
  flags?: number;
  footerFlags?: number;
  /** Bytes from the block flags to the end of the filters; default: LZMA2 with 4 KiB. */
  blockFields?: number[];
  /** Put both sizes in the block header, with these changes. */
  statedSizes?: { compressed: number; uncompressed: number };
  /** The only block whose stated sizes, filters, padding and check are defective; default: all. */
  block?: number;
  headerPadding?: number;
  blockPadding?: number;
  check?: number[];
  /** Records of the index instead of the true ones. */
  records?: [number, number][];
  recordCount?: number[];
  indexPadding?: number;
  backwardSize?: number;
}

export const xzMagicBytes: readonly number[] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];

/** A whole stream of one or more blocks, each of them stored without compression. */
export function makeXz(contents: Uint8Array[], defects: XzDefects = {}): Uint8Array {
  const flags = [0, defects.flags ?? 1];
  const records: [number, number][] = [];
  const blocks = contents.map((content, number) => {
    const { bytes, unpadded } = makeBlock(content, defectsOf(number, defects));
    records.push([unpadded, content.length]);
    return bytes;
  });
  const index = makeIndex(defects.records ?? records, defects);
  const footerFlags = [0, defects.footerFlags ?? flags[1] ?? 0];
  const footer = [...uint32(defects.backwardSize ?? index.length / 4 - 1), ...footerFlags];
  return Uint8Array.from([
    ...[...xzMagicBytes, ...flags, ...crc(flags)],
    ...blocks.flat(),
    ...index,
    ...[...crc(footer), ...footer, 0x59, 0x5a],
  ]);
}

function defectsOf(number: number, { block = number, ...defects }: XzDefects): XzDefects {
  if (block === number) return defects;
  const { flags, statedSizes } = defects;
  return {
    ...(flags !== undefined && { flags }),
    ...(statedSizes && { statedSizes: { compressed: 0, uncompressed: 0 } }),
  };
}

function makeBlock(content: Uint8Array, defects: XzDefects): { bytes: number[]; unpadded: number } {
  const data = storedChunks(content);
  const { statedSizes } = defects;
  const sizes = statedSizes
    ? [
        ...vli(data.length + statedSizes.compressed),
        ...vli(content.length + statedSizes.uncompressed),
      ]
    : [];
  const fields = defects.blockFields ?? [statedSizes ? 0xc0 : 0, ...sizes, 0x21, 1, 0];
  const length = Math.ceil((1 + fields.length + 4) / 4) * 4;
  const padding = new Array<number>(length - 5 - fields.length).fill(defects.headerPadding ?? 0);
  const header = [length / 4 - 1, ...fields, ...padding];
  const blockPadding = new Array<number>(-data.length & 3).fill(defects.blockPadding ?? 0);
  const check = defects.check ?? [...crc([...content])];
  return {
    bytes: [header, crc(header), data, blockPadding, check].flat(),
    unpadded: length + data.length + check.length,
  };
}

/** LZMA2 chunks that hold their bytes uncompressed (xz file format 1.2, section 5.3.1). */
function storedChunks(content: Uint8Array): number[] {
  const chunks: number[] = [];
  for (let at = 0; at < content.length; at += 65_536) {
    const part = content.subarray(at, at + 65_536);
    chunks.push(at === 0 ? 1 : 2, (part.length - 1) >> 8, (part.length - 1) & 0xff, ...part);
  }
  return [...chunks, 0];
}

function makeIndex(records: [number, number][], defects: XzDefects): number[] {
  const count = defects.recordCount ?? vli(records.length);
  const bytes = [0, ...count, ...records.flat().flatMap(vli)];
  while (bytes.length % 4 !== 0) bytes.push(defects.indexPadding ?? 0);
  return [...bytes, ...crc(bytes)];
}

export function vli(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return [...bytes, left];
}

function crc(bytes: number[]): number[] {
  return uint32(crc32(Uint8Array.from(bytes)));
}

function uint32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
}
