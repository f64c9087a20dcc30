import { xxHash32 } from '../../../formats/lz4/xxhash32.ts';

/** The properties and faults of a generated frame; the rest is as in a plain writer. */
export interface Lz4Options {
  /** 4 to 7, for 64 KiB to 4 MiB; default 4. */
  blockSize?: number;
  linked?: boolean;
  /** Store the blocks uncompressed. */
  stored?: boolean;
  blockChecksums?: boolean;
  contentChecksum?: boolean;
  contentSize?: bigint;
  dictionary?: number;
  /** Bits to flip in the header before it is hashed, and in the checksums. */
  flags?: number;
  blockFlags?: number;
  headerChecksum?: number;
  blockChecksum?: number;
  checksum?: number;
}

export const lz4Magic: readonly number[] = [0x04, 0x22, 0x4d, 0x18];

/** A whole frame with blocks of the maximum length. */
export function makeLz4(content: Uint8Array, options: Lz4Options = {}): Uint8Array {
  const blockBytes = 2 ** (8 + 2 * (options.blockSize ?? 4));
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += blockBytes) {
    const part = content.subarray(at, at + blockBytes);
    const packed = packBlock(content, at, at + part.length, options.linked === true ? 0 : at);
    const isStored = options.stored === true || packed.length >= part.length;
    blocks.push(frameBlock(isStored ? part : packed, isStored, options));
  }
  return makeLz4Frame(blocks, xxHash32(content), options);
}

/** A frame of finished blocks, with lengths and checksums. */
export function makeLz4Frame(
  blocks: (Uint8Array | readonly number[])[],
  hash: number,
  options: Lz4Options = {},
): Uint8Array {
  const { contentSize, dictionary, contentChecksum = true } = options;
  const flags =
    0x40 |
    (options.linked === true ? 0 : 0x20) |
    (options.blockChecksums === true ? 0x10 : 0) |
    (contentSize === undefined ? 0 : 0x08) |
    (contentChecksum ? 0x04 : 0) |
    (dictionary === undefined ? 0 : 0x01);
  const header = Uint8Array.from([
    flags ^ (options.flags ?? 0),
    ((options.blockSize ?? 4) << 4) ^ (options.blockFlags ?? 0),
    ...(contentSize === undefined ? [] : uint64(contentSize)),
    ...(dictionary === undefined ? [] : uint32(dictionary)),
  ]);
  const headerChecksum = ((xxHash32(header) >>> 8) & 0xff) ^ (options.headerChecksum ?? 0);
  return Buffer.concat([
    Uint8Array.from([...lz4Magic, ...header, headerChecksum]),
    ...blocks.map((block) => Uint8Array.from(block)),
    Uint8Array.from([0, 0, 0, 0]),
    Uint8Array.from(contentChecksum ? uint32((hash ^ (options.checksum ?? 0)) >>> 0) : []),
  ]);
}

/** A block with its length before it and its checksum after it. */
export function frameBlock(
  bytes: Uint8Array,
  isStored: boolean,
  options: Lz4Options = {},
): Uint8Array {
  const length = uint32((bytes.length | (isStored ? 0x80000000 : 0)) >>> 0);
  const check = (xxHash32(bytes) ^ (options.blockChecksum ?? 0)) >>> 0;
  return Buffer.concat([
    Uint8Array.from(length),
    bytes,
    Uint8Array.from(options.blockChecksums === true ? uint32(check) : []),
  ]);
}

/** Compresses `content` from `start` to `end` with matches that reach back to `oldest` at most. */
export function packBlock(
  content: Uint8Array,
  start: number,
  end: number,
  oldest: number,
): Uint8Array {
  const known = new Map<string, number>();
  const keyAt = (i: number): string => content.subarray(i, i + 4).join();
  for (let i = Math.max(oldest, start - 65_535); i < start; i += 1) known.set(keyAt(i), i);
  const bytes: number[] = [];
  let literals = start;
  for (let at = start; at < end - 12; ) {
    const from = known.get(keyAt(at));
    known.set(keyAt(at), at);
    if (from === undefined || at - from > 65_535) {
      at += 1;
      continue;
    }
    let match = 4;
    while (at + match < end - 5 && content[from + match] === content[at + match]) match += 1;
    bytes.push(...sequenceOf(content.subarray(literals, at), at - from, match));
    at += match;
    literals = at;
  }
  bytes.push(...sequenceOf(content.subarray(literals, end)));
  return Uint8Array.from(bytes);
}

/** One sequence: literals, and a match unless it is the last one. */
export function sequenceOf(
  literals: Uint8Array | readonly number[],
  offset?: number,
  match: number = 4,
): number[] {
  const token = (Math.min(15, literals.length) << 4) | Math.min(15, match - 4);
  return [
    token,
    ...more(literals.length),
    ...literals,
    ...(offset === undefined ? [] : [offset & 0xff, offset >> 8, ...more(match - 4)]),
  ];
}

function more(count: number): number[] {
  const bytes: number[] = [];
  if (count < 15) return bytes;
  let left = count - 15;
  for (; left >= 255; left -= 255) bytes.push(255);
  return [...bytes, left];
}

export function uint32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
}

function uint64(value: bigint): number[] {
  return [...uint32(Number(value & 0xffffffffn)), ...uint32(Number(value >> 32n))];
}
