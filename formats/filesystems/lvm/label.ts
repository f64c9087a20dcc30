import type { VolumeReader } from '../shared/volume-reader.ts';
import { badLvm } from './bad.ts';
import { lvmChecksum } from './checksum.ts';

const sectorBytes = 512;
const longestText = 1024 * 1024;
const magic = ' LVM2 x[5A%r0N*>';
/** Limit for areas and for copies of the text: the number that fits in the header. */
const mostPlaces = 16;
const ignored = 1;

/** The label of a physical volume. */
export interface PhysicalVolume {
  id: string;
  /** The newest description of the volume group. */
  text: string;
}

interface Area {
  offset: number;
  sizeBytes: number;
}

/** Reads the label in one of the first four sectors, and the text that it points to; `undefined` without a label. */
export async function readPhysicalVolume(
  volume: VolumeReader,
): Promise<PhysicalVolume | undefined> {
  const head = await volume.read(0, Math.min(4 * sectorBytes, volume.sizeBytes));
  for (let at = 0; at + sectorBytes <= head.length; at += sectorBytes) {
    const sector = head.subarray(at, at + sectorBytes);
    const isLabel =
      sector.toString('latin1', 0, 8) === 'LABELONE' &&
      sector.readBigUInt64LE(8) === BigInt(at / sectorBytes) &&
      sector.toString('latin1', 24, 32) === 'LVM2 001';
    if (isLabel) return await readLabel(volume, sector);
  }
  return undefined;
}

async function readLabel(volume: VolumeReader, sector: Buffer): Promise<PhysicalVolume> {
  if (lvmChecksum(sector.subarray(20)) !== sector.readUInt32LE(16)) {
    throw badLvm('checksum', 'The checksum of the LVM2 label is wrong');
  }
  const header = sector.readUInt32LE(20);
  const id = sector.toString('latin1', header, header + 32);
  if (header < 32 || !/^\w{32}$/.test(id)) throw badLvm('corrupt-header', 'The LVM2 label is bad');
  const data = areasFrom(sector, header + 40);
  const metadata = areasFrom(sector, data.end);
  for (const area of metadata.areas) {
    const text = await readText(volume, area);
    if (text !== undefined) return { id, text };
  }
  throw badLvm('unsupported-feature', 'The LVM2 physical volume has no description of its group');
}

function areasFrom(sector: Buffer, at: number): { areas: Area[]; end: number } {
  const areas: Area[] = [];
  for (let place = at; areas.length < mostPlaces && place + 16 <= sectorBytes; place += 16) {
    const offset = Number(sector.readBigUInt64LE(place));
    const sizeBytes = Number(sector.readBigUInt64LE(place + 8));
    if (offset === 0) return { areas, end: place + 16 };
    areas.push({ offset, sizeBytes });
  }
  throw badLvm('corrupt-header', 'The list of areas in the LVM2 label has no end');
}

/** The text of one metadata area, which wraps at the end of the area; `undefined` if the area has none. */
async function readText(volume: VolumeReader, area: Area): Promise<string | undefined> {
  const header = await volume.read(area.offset, sectorBytes);
  if (header.toString('latin1', 4, 20) !== magic || header.readUInt32LE(20) !== 1) {
    throw badLvm('corrupt-header', 'The LVM2 metadata area has no header');
  }
  if (lvmChecksum(header.subarray(4)) !== header.readUInt32LE(0)) {
    throw badLvm('checksum', 'The checksum of the LVM2 metadata area is wrong');
  }
  const start = Number(header.readBigUInt64LE(24));
  const areaBytes = Number(header.readBigUInt64LE(32));
  const isInside =
    start === area.offset && areaBytes > sectorBytes && start + areaBytes <= volume.sizeBytes;
  if (!isInside) throw badLvm('corrupt-table', 'The LVM2 metadata area lies outside its volume');
  const offset = Number(header.readBigUInt64LE(40));
  const sizeBytes = Number(header.readBigUInt64LE(48));
  if (offset === 0 || (header.readUInt32LE(60) & ignored) !== 0) return undefined;
  if (sizeBytes > longestText) {
    throw badLvm('limit', `The LVM2 description has ${sizeBytes} bytes`, {
      limit: longestText,
      value: sizeBytes,
    });
  }
  if (offset < sectorBytes || offset >= areaBytes || sizeBytes > areaBytes - sectorBytes) {
    throw badLvm('corrupt-table', 'The LVM2 description lies outside its area');
  }
  const first = Math.min(sizeBytes, areaBytes - offset);
  const text = Buffer.concat([
    await volume.read(start + offset, first),
    await volume.read(start + sectorBytes, sizeBytes - first),
  ]);
  if (lvmChecksum(text) !== header.readUInt32LE(56)) {
    throw badLvm('checksum', 'The checksum of the LVM2 description is wrong');
  }
  return text.toString('utf8').replace(/\0+$/, '');
}
