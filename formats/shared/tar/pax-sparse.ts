import type { Limits } from '../../../src/kit.ts';
import type { ExtentMap } from '../sources/extent-map.ts';
import { blockBytes } from './header.ts';
import { parsePaxNumber } from './pax-records.ts';
import { badSparse, SparseExtents } from './sparse-extents.ts';
import { cutTape, type Tape } from './tape.ts';

/** A sparse member as its pax header describes it. */
export interface PaxSparse {
  /** The real name; the name in the header is invented. */
  name: string | undefined;
  /** Reads the map, including the part of the stored bytes that it may occupy. */
  readMap(tape: Tape, storedBytes: number, limits: Limits): Promise<ExtentMap>;
}

type Records = readonly (readonly [key: string, value: string])[];

/** The three forms of GNU tar (manual, "PAX Format, Versions 0.0 and 0.1" and "Version 1.0"); `undefined` for no records. */
export function parsePaxSparse(records: Records): PaxSparse | undefined {
  if (records.length === 0) return undefined;
  const extents = records.filter(([key]) => key === 'offset' || key === 'numbytes');
  const single = singleRecords(records);
  const version = `${single.get('major') ?? 0}.${single.get('minor') ?? (single.has('map') ? 1 : 0)}`;
  const name = single.get('name');
  const size = single.get(version === '1.0' ? 'realsize' : 'size');
  if (size === undefined) throw badSparse('corrupt-header', 'does not tell its real size');
  const realSize = parsePaxNumber(size, 'its real size');
  if (version === '1.0') {
    if (single.has('map') || extents.length > 0) {
      throw badSparse('corrupt-header', 'mixes two forms of its map');
    }
    return {
      name,
      readMap: (tape, stored, limits) => readStoredMap(tape, realSize, stored, limits),
    };
  }
  if (version !== '0.0' && version !== '0.1') {
    throw badSparse(
      'unsupported-feature',
      `has a map of the unknown version ${version.slice(0, 40)}`,
    );
  }
  const map = single.get('map');
  if ((map === undefined) === (version === '0.1') || (map !== undefined && extents.length > 0)) {
    throw badSparse('corrupt-header', 'mixes two forms of its map');
  }
  const numbers = map === undefined ? pairUp(extents) : map === '' ? [] : map.split(',');
  const blocks = single.get('numblocks');
  if (blocks !== undefined && parsePaxNumber(blocks, 'its extents') * 2 !== numbers.length) {
    throw badSparse('corrupt-header', 'has another number of extents than it states');
  }
  return {
    name,
    readMap: async (_, stored, limits) => listedMap(numbers, realSize, stored, limits),
  };
}

const singles = ['major', 'minor', 'name', 'realsize', 'size', 'numblocks', 'map'];

function singleRecords(records: Records): Map<string, string> {
  const single = new Map<string, string>();
  for (const [key, value] of records) {
    if (key === 'offset' || key === 'numbytes') continue;
    if (!singles.includes(key))
      throw badSparse('unsupported-feature', `uses GNU.sparse.${key.slice(0, 40)}`);
    if (single.has(key)) throw badSparse('corrupt-header', `gives GNU.sparse.${key} twice`);
    single.set(key, value);
  }
  return single;
}

/** Version 0.0: the two records alternate. */
function pairUp(records: Records): string[] {
  const inTurns = records.every(([key], i) => key === (i % 2 === 0 ? 'offset' : 'numbytes'));
  if (!inTurns) throw badSparse('corrupt-header', 'has half an extent');
  return records.map(([, value]) => value);
}

function listedMap(
  numbers: readonly string[],
  realSize: number,
  storedBytes: number,
  limits: Limits,
): ExtentMap {
  if (numbers.length % 2 !== 0) throw badSparse('corrupt-header', 'has half an extent');
  const extents = new SparseExtents(realSize, limits);
  for (let i = 0; i < numbers.length; i += 2) {
    const offset = parsePaxNumber(numbers[i] ?? '', 'an offset');
    extents.add(offset, parsePaxNumber(numbers[i + 1] ?? '', 'a length'));
  }
  return extents.finish(storedBytes);
}

/**
 * Version 1.0: decimal numbers, one for each line, before the data and padded to a block; the first one is the number
 * of extents.
 */
async function readStoredMap(
  tape: Tape,
  realSize: number,
  storedBytes: number,
  limits: Limits,
): Promise<ExtentMap> {
  const extents = new SparseExtents(realSize, limits);
  let mapBytes = 0;
  let line = '';
  let count: number | undefined;
  let offset: number | undefined;
  for (let left = 1; left > 0; ) {
    if (mapBytes + blockBytes > storedBytes) throw badSparse('corrupt-header', 'has half a map');
    const block = await tape.take(blockBytes);
    if (block.length < blockBytes) throw cutTape(tape);
    mapBytes += blockBytes;
    const lines = (line + String.fromCharCode(...block)).split('\n');
    line = lines.pop() ?? '';
    for (const text of lines) {
      if (left === 0) throw badSparse('corrupt-header', 'has a map with more than it states');
      const number = parsePaxNumber(text, 'a line of its map');
      if (count === undefined) {
        count = number;
        extents.expect(count);
        left = 2 * count;
        continue;
      }
      left -= 1;
      if (offset === undefined) {
        offset = number;
        continue;
      }
      extents.add(offset, number);
      offset = undefined;
    }
    if (line.length > 20 && left > 0) throw badSparse('corrupt-header', 'has a map of no numbers');
  }
  if (!/^\0*$/.test(line)) throw badSparse('corrupt-header', 'has a map with more than it states');
  return extents.finish(storedBytes - mapBytes);
}
