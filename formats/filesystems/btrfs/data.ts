import { badBtrfs } from './bad.ts';
import { openSubvolume } from './subvolume.ts';
import { itemsFrom, type Trees } from './tree.ts';

const checksumTree = 7n;
const checksumObject = (1n << 64n) - 10n;
const checksumItem = 128;

/** Reads bytes as stored, from a copy with correct checksums; sectors without a checksum are not checked. */
export async function readStored(trees: Trees, logical: bigint, length: number): Promise<Buffer> {
  const { layout, chunks, volume } = trees;
  const sector = BigInt(layout.sectorBytes);
  const start = (logical / sector) * sector;
  const before = Number(logical - start);
  const whole = Math.ceil((before + length) / layout.sectorBytes) * layout.sectorBytes;
  const sums = await readSums(trees, start, whole);
  for (const place of chunks.placesOf(start, whole)) {
    const bytes = await volume.read(place, whole);
    if (fits(trees, bytes, sums)) return bytes.subarray(before, before + length);
  }
  throw badBtrfs('checksum', `The checksum of data at the btrfs address ${start} is wrong`);
}

function fits({ layout }: Trees, bytes: Buffer, sums: ReadonlyMap<number, Buffer>): boolean {
  for (const [index, sum] of sums) {
    const at = index * layout.sectorBytes;
    if (!layout.checksum.sum(bytes.subarray(at, at + layout.sectorBytes)).equals(sum)) return false;
  }
  return true;
}

/** Checksums of sectors by their index after `start`; a file may have none. */
async function readSums(trees: Trees, start: bigint, length: number): Promise<Map<number, Buffer>> {
  const { layout, volume } = trees;
  const { sectorBytes, checksum } = layout;
  const { tree } = await openSubvolume(trees, checksumTree);
  const end = start + BigInt(length);
  const sums = new Map<number, Buffer>();
  // An item covers at most the sums in one leaf, so the item that covers `start` begins no earlier than this.
  const reach = BigInt(Math.ceil(layout.nodeBytes / checksum.bytes) * sectorBytes);
  const first = start > reach ? start - reach : 0n;
  const from = { object: checksumObject, type: checksumItem, offset: first };
  const walk = volume.walk(64 + Math.ceil(length / sectorBytes));
  for await (const { key, data } of itemsFrom(trees, tree, from, walk)) {
    if (key.object !== checksumObject || key.type !== checksumItem || key.offset >= end) break;
    for (let at = 0; at + checksum.bytes <= data.length; at += checksum.bytes) {
      const address = key.offset + BigInt((at / checksum.bytes) * sectorBytes);
      if (address < start || address >= end) continue;
      sums.set(Number(address - start) / sectorBytes, data.subarray(at, at + checksum.bytes));
    }
  }
  return sums;
}
