import { deflateSync } from 'node:zlib';

/** Habits of a writer of streams; offsets and lengths in sectors. */
export interface WriterHabits {
  /** The value in the marker of a table, directory or footer, from the correct one; default: the correct one. */
  statedLength?: (sectors: number, type: number) => number;
  /** Zeros before every part except the first grain. */
  padding?: number;
  /** Zeros after the content of tables and directory, which their markers count. */
  spare?: number;
  /** Changes the header at the start, and the footer. */
  header?: (view: DataView) => void;
  footer?: (view: DataView) => void;
  /** A second directory with tables of its own, named by the footer. */
  redundant?: boolean;
  /** Sectors that the descriptor states; default: the capacity. */
  statedSectors?: number;
  /** Bytes of the marker at the end; default 512. */
  endBytes?: number;
  /** Numbers of the grains in the order of the file. */
  order?: (grains: number[]) => number[];
}

/** The places of the parts of a written stream, in bytes. */
export interface WrittenStream {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  grains: number[];
  tables: number[];
  directory: number;
  footer: number;
}

const sector = 512;
const descriptorSectors = 2;
/** From the technical note: 1 table, 2 directory, 3 footer. */
const [tableType, directoryType, footerType] = [1, 2, 3];

/**
 * Writes a streamOptimized disk as the technical note of VMware describes it, with the habits of another program. It
 * shares no code with the reader, nor with the writer for tests of plug-ins.
 */
export function writeStream(
  disk: Uint8Array,
  habits: WriterHabits = {},
  geometry: { grainSectors: number; entries: number } = { grainSectors: 16, entries: 8 },
): WrittenStream {
  const { grainSectors, entries } = geometry;
  const grainBytes = grainSectors * sector;
  const capacity = disk.length / sector;
  const parts: Uint8Array[] = [];
  let next = 0;
  const append = (bytes: Uint8Array): number => {
    const at = next;
    const padded = new Uint8Array(Math.ceil(bytes.length / sector) * sector);
    padded.set(bytes);
    parts.push(padded);
    next += padded.length / sector;
    return at;
  };
  const pad = (): number => append(new Uint8Array((habits.padding ?? 0) * sector));
  const part = (type: number, content: Uint8Array): number => {
    pad();
    const spare = type === footerType ? 0 : (habits.spare ?? 0);
    const sectors = Math.ceil(content.length / sector) + spare;
    const marker = new Uint8Array(sector);
    const view = new DataView(marker.buffer);
    view.setBigUint64(0, BigInt(habits.statedLength?.(sectors, type) ?? sectors), true);
    view.setUint32(12, type, true);
    append(marker);
    const at = append(content);
    append(new Uint8Array(spare * sector));
    return at;
  };

  append(new Uint8Array((1 + descriptorSectors) * sector));
  const count = Math.ceil(disk.length / grainBytes);
  const places = new Uint32Array(Math.ceil(count / entries) * entries);
  const present = Array.from({ length: count }, (_, i) => i).filter((i) =>
    disk.subarray(i * grainBytes, (i + 1) * grainBytes).some((byte) => byte !== 0),
  );
  for (const [i, grain] of (habits.order?.(present) ?? present).entries()) {
    if (i > 0) pad();
    const content = new Uint8Array(grainBytes);
    content.set(disk.subarray(grain * grainBytes, (grain + 1) * grainBytes));
    const data = deflateSync(content);
    const bytes = new Uint8Array(12 + data.length);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(grain * grainSectors), true);
    view.setUint32(8, data.length, true);
    bytes.set(data, 12);
    places[grain] = append(bytes);
  }
  const putDirectory = (): [tables: number[], directory: number] => {
    const tables: number[] = [];
    for (let i = 0; i < places.length; i += entries) {
      const table = places.subarray(i, i + entries);
      tables.push(table.some((place) => place !== 0) ? part(tableType, littleEndian(table)) : 0);
    }
    return [tables, part(directoryType, littleEndian(Uint32Array.from(tables)))];
  };
  const redundant = habits.redundant === true ? putDirectory()[1] : undefined;
  const [tables, directory] = putDirectory();
  const header = (at: bigint, change: WriterHabits['header'], copyAt = 0): Uint8Array => {
    const bytes = new Uint8Array(sector);
    const view = new DataView(bytes.buffer);
    bytes.set(Buffer.from('KDMV'));
    view.setUint32(4, 3, true);
    view.setUint32(8, 0x3_0001 | (habits.redundant === true ? 2 : 0), true);
    for (const [offset, value] of [
      [12, BigInt(capacityOf(capacity, grainSectors, habits))],
      [20, BigInt(grainSectors)],
      [28, 1n],
      [36, BigInt(descriptorSectors)],
      [48, BigInt(copyAt)],
      [56, at],
      [64, BigInt(1 + descriptorSectors)],
    ] as const) {
      view.setBigUint64(offset, value, true);
    }
    view.setUint32(44, entries, true);
    bytes.set([0, 0x0a, 0x20, 0x0d, 0x0a, 1, 0], 72);
    change?.(view);
    return bytes;
  };
  const footer = part(footerType, header(BigInt(directory), habits.footer, redundant));
  parts.push(new Uint8Array(habits.endBytes ?? sector));
  const bytes = Uint8Array.from(Buffer.concat(parts));
  bytes.set(header((1n << 64n) - 1n, habits.header));
  const stated = habits.statedSectors ?? capacity;
  bytes.set(Buffer.from(descriptor(stated)), sector);
  const toBytes = (at: number): number => at * sector;
  return {
    ...{ bytes, view: new DataView(bytes.buffer), grains: [...places].map(toBytes) },
    ...{ tables: tables.map(toBytes), directory: toBytes(directory), footer: toBytes(footer) },
  };
}

/** If the descriptor states fewer sectors, the header counts whole grains. */
function capacityOf(sectors: number, grainSectors: number, habits: WriterHabits): number {
  if (habits.statedSectors === undefined) return sectors;
  return Math.ceil(sectors / grainSectors) * grainSectors;
}

function descriptor(sectors: number): string {
  return [
    ...['# Disk DescriptorFile', 'version=1', 'CID=4259518592', 'parentCID=ffffffff'],
    ...['createType="streamOptimized"', '# Extent description', `RDONLY ${sectors} SPARSE "x"`],
    ...['#DDB', 'ddb.adapterType = "ide"', ''],
  ].join('\n');
}

function littleEndian(numbers: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, number] of numbers.entries()) view.setUint32(i * 4, number, true);
  return bytes;
}
