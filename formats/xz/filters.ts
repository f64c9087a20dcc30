import { refuse, viewOf } from '../../src/kit.ts';
import { parseVli } from './vli.ts';

const lzma2 = 0x21;
const delta = 0x03;

/** Branch filters by id: the alignment of the start offset (xz file format 1.2, section 5.3.2). */
const branchAlignment: ReadonlyMap<number, number> = new Map([
  [0x04, 1], // x86
  [0x05, 4], // PowerPC
  [0x06, 16], // IA-64
  [0x07, 4], // ARM
  [0x08, 2], // ARM Thumb
  [0x09, 4], // SPARC
  [0x0a, 4], // ARM64
  [0x0b, 2], // RISC-V
]);

/** A supported filter chain: LZMA2 as the last filter only, before it delta or branch filters. */
export interface FilterChain {
  dictionaryBytes: number;
  /** End of the chain in the header. */
  end: number;
}

/**
 * Reads `count` filters of the block header `body` from `start` on. `offset` is the place of the header, for errors.
 */
export function parseFilters(
  body: Uint8Array,
  start: number,
  count: number,
  offset: number,
): FilterChain {
  let at = start;
  let dictionaryBytes = 0;
  for (let i = 0; i < count; i += 1) {
    const id = parseVli(body, at);
    const length = id && parseVli(body, at + id.length);
    if (id === undefined || length === undefined) throw malformed(offset);
    at += id.length + length.length;
    const properties = body.subarray(at, at + length.value);
    if (properties.length < length.value) throw malformed(offset);
    at += length.value;
    const isLast = i === count - 1;
    if ((id.value === lzma2) !== isLast) {
      throw unsupported('does not end, or not only ends, with LZMA2', offset);
    }
    if (isLast) dictionaryBytes = dictionarySize(properties, offset);
    else if (!isPlainFilter(id.value, properties)) {
      throw unsupported(`uses the filter 0x${id.value.toString(16)} in an unknown way`, offset);
    }
  }
  return { dictionaryBytes, end: at };
}

function dictionarySize(properties: Uint8Array, offset: number): number {
  const [code = 0] = properties;
  if (properties.length !== 1 || code > 40) {
    throw unsupported('has LZMA2 properties that are not known', offset);
  }
  return code === 40 ? 2 ** 32 - 1 : (2 | (code & 1)) * 2 ** (11 + (code >> 1));
}

function isPlainFilter(id: number, properties: Uint8Array): boolean {
  if (id === delta) return properties.length === 1;
  const alignment = branchAlignment.get(id);
  if (alignment === undefined) return false;
  if (properties.length === 0) return true;
  return properties.length === 4 && viewOf(properties).getUint32(0, true) % alignment === 0;
}

function malformed(offset: number): Error {
  return refuse('corrupt-header', 'An xz block header is too short for its filters', {
    format: 'xz',
    offset,
  });
}

function unsupported(what: string, offset: number): Error {
  return refuse('unsupported-feature', `The filter chain of an xz block ${what}`, {
    format: 'xz',
    offset,
  });
}
