import { base256, octal, padded, paxHeader, tarFile, tarHeader } from './make-tar.ts';

/** A file with holes: its length, and its data by place. */
export interface SparseFile {
  size: number;
  extents: [offset: number, bytes: Uint8Array][];
}

export const sparseForms = ['old GNU', 'pax 0.0', 'pax 0.1', 'pax 1.0'] as const;
export type SparseForm = (typeof sparseForms)[number];

/** The expanded file. */
export function expandSparse({ size, extents }: SparseFile): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const [offset, part] of extents) bytes.set(part, offset);
  return bytes;
}

/** One member in one of the four forms of GNU tar. */
export function sparseMember(name: string, file: SparseFile, form: SparseForm): Uint8Array {
  const map = file.extents.map(([offset, bytes]) => [offset, bytes.length] as const);
  const data = Buffer.concat(file.extents.map(([, bytes]) => bytes));
  return sparseFrom(name, file.size, map, data, form);
}

/** The same from a map and data that may contradict each other. */
export function sparseFrom(
  name: string,
  size: number,
  map: readonly (readonly [offset: number, length: number])[],
  data: Uint8Array,
  form: SparseForm,
): Uint8Array {
  if (form === 'old GNU') return oldGnu(name, size, map, data);
  const plain = `GNUSparseFile.1/${name}`;
  if (form === 'pax 1.0') {
    const text = [map.length, ...map.flat()].map((number) => `${number}\n`).join('');
    const header = paxHeader([
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', name],
      ['GNU.sparse.realsize', `${size}`],
    ]);
    return Buffer.concat([
      header,
      tarFile(plain, Buffer.concat([padded(Buffer.from(text)), data])),
    ]);
  }
  const records: [string, string][] = [
    ['GNU.sparse.size', `${size}`],
    ['GNU.sparse.numblocks', `${map.length}`],
  ];
  if (form === 'pax 0.0') {
    for (const [offset, length] of map) {
      records.push(['GNU.sparse.offset', `${offset}`], ['GNU.sparse.numbytes', `${length}`]);
    }
    return Buffer.concat([paxHeader(records), tarFile(name, data)]);
  }
  records.push(['GNU.sparse.name', name], ['GNU.sparse.map', map.flat().join(',')]);
  return Buffer.concat([paxHeader(records), tarFile(plain, data)]);
}

function oldGnu(
  name: string,
  size: number,
  map: readonly (readonly [offset: number, length: number])[],
  data: Uint8Array,
): Uint8Array {
  const entries = map.map(([offset, length]) => Buffer.concat([number(offset), number(length)]));
  const blocks: Uint8Array[] = [];
  for (let at = 4; at < entries.length; at += 21) {
    const block = new Uint8Array(512);
    block.set(Buffer.concat(entries.slice(at, at + 21)));
    block[504] = at + 21 < entries.length ? 1 : 0;
    blocks.push(block);
  }
  const header = tarHeader({
    name,
    type: 'S',
    magic: 'gnu',
    size: data.length,
    patch: [
      [386, Buffer.concat(entries.slice(0, 4))],
      [482, new Uint8Array([blocks.length > 0 ? 1 : 0])],
      [483, number(size)],
    ],
  });
  return Buffer.concat([header, ...blocks, padded(data)]);
}

/** Octal if it fits, as in GNU tar. */
function number(value: number): Uint8Array {
  return value < 8 ** 11 ? octal(value, 12) : base256(BigInt(value));
}
