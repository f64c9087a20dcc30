import {
  type ByteSource,
  DecodeError,
  type DiskVolume,
  type FileSystemContext,
  type VolumeTable,
} from '../../../src/kit.ts';
import { addRun, type Runs, readRuns } from '../shared/runs.ts';
import { VolumeReader } from '../shared/volume-reader.ts';
import { badLvm } from './bad.ts';
import { parseDescription, type Section } from './description.ts';
import { readPhysicalVolume } from './label.ts';

const sectorBytes = 512;
const pieceBytes = 1024 * 1024;

/** The place of the extents of this physical volume. */
interface Extents {
  extentBytes: number;
  start: number;
  count: number;
  /** Name of this physical volume within the description. */
  name: string;
}

/** The logical volumes that are visible to users; `undefined` if this is not a physical volume. */
export async function openLvm(
  source: ByteSource,
  { signal }: FileSystemContext,
): Promise<VolumeTable | undefined> {
  const sizeBytes = source.sizeBytes ?? 0;
  const volume = new VolumeReader(source, { format: 'lvm2', sizeBytes, signal });
  const physical = await readPhysicalVolume(volume);
  if (physical === undefined) return undefined;
  const [group, ...others] = parseDescription(physical.text).sections;
  if (group === undefined || others.length > 0) throw incomplete('one volume group');
  const [groupName, about] = group;
  const extents = extentsOf(about, physical.id, sizeBytes);
  const volumes: DiskVolume[] = [];
  for (const [name, logical] of about.sections.get('logical_volumes')?.sections ?? []) {
    const status = logical.values.get('status');
    if (!Array.isArray(status) || !status.includes('VISIBLE')) continue;
    volumes.push(openLogical(volume, `${nameOf(groupName)}/${nameOf(name)}`, logical, extents));
  }
  return { scheme: 'lvm2', volumes, warnings: [] };
}

function extentsOf(group: Section, id: string, sizeBytes: number): Extents {
  for (const [name, volume] of group.sections.get('physical_volumes')?.sections ?? []) {
    if (String(volume.values.get('id')).replaceAll('-', '') !== id) continue;
    const extentBytes = numberOf(group, 'extent_size') * sectorBytes;
    const start = numberOf(volume, 'pe_start') * sectorBytes;
    const count = numberOf(volume, 'pe_count');
    const isInside = extentBytes > 0 && start + count * extentBytes <= sizeBytes;
    if (isInside) return { extentBytes, start, count, name };
    throw badLvm('corrupt-table', 'The extents of the LVM2 physical volume exceed it');
  }
  throw incomplete('this physical volume');
}

/** A volume that cannot be read keeps its name and size in the list; only reading it is refused. */
function openLogical(
  volume: VolumeReader,
  name: string,
  logical: Section,
  extents: Extents,
): DiskVolume {
  const segments = [...logical.sections.values()].sort(
    (left, right) => numberOf(left, 'start_extent') - numberOf(right, 'start_extent'),
  );
  const count = segments.reduce((sum, one) => sum + numberOf(one, 'extent_count'), 0);
  const sizeBytes = count * extents.extentBytes;
  if (!Number.isSafeInteger(sizeBytes)) throw badLvm('corrupt-table', `${name} is too large`);
  const read = (runs: Runs) => (position: number, length: number) =>
    readRuns(volume, runs, sizeBytes, position, length);
  try {
    const runs = runsOf(name, segments, extents);
    return { name, sizeBytes, source: sourceOf(sizeBytes, read(runs)) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { name, sizeBytes, source: sourceOf(sizeBytes, () => Promise.reject(error)) };
  }
}

function runsOf(name: string, segments: readonly Section[], extents: Extents): number[] {
  const { extentBytes } = extents;
  const runs: number[] = [];
  let next = 0;
  for (const segment of segments) {
    const count = numberOf(segment, 'extent_count');
    const start = numberOf(segment, 'start_extent');
    const type = segment.values.get('type');
    if (type !== 'striped') throw unreadable(name, `is of type ${String(type)}`);
    const stripes = segment.values.get('stripes');
    if (numberOf(segment, 'stripe_count') !== 1 || !Array.isArray(stripes)) {
      throw unreadable(name, 'is striped over several disks');
    }
    const [physical, first] = stripes;
    if (physical !== extents.name) throw unreadable(name, 'lies on several disks');
    const isInside =
      typeof first === 'number' && first >= 0 && count > 0 && first + count <= extents.count;
    if (!isInside || start !== next) {
      throw badLvm('corrupt-table', `The segments of the LVM2 volume ${name} do not fit`);
    }
    const place = extents.start + first * extentBytes;
    addRun(runs, start * extentBytes, count * extentBytes, place);
    next += count;
  }
  return runs;
}

function sourceOf(sizeBytes: number, read: ByteSource['read']): ByteSource {
  return {
    sizeBytes,
    readyBytes: sizeBytes,
    grown: async () => {},
    read,
    async *stream() {
      for (let position = 0; position < sizeBytes; position += pieceBytes) {
        yield await read(position, pieceBytes);
      }
    },
  };
}

function numberOf(section: Section, name: string): number {
  const value = section.values.get(name);
  if (typeof value === 'number' && value >= 0) return value;
  throw incomplete(name);
}

function nameOf(name: string): string {
  if (/^[\w+.-]{1,127}$/.test(name)) return name;
  throw badLvm('corrupt-table', 'The LVM2 description has an invalid name of a volume');
}

function incomplete(what: string): Error {
  return badLvm('corrupt-table', `The LVM2 description of the volume group lacks ${what}`);
}

function unreadable(name: string, what: string): Error {
  return badLvm('unsupported-feature', `The LVM2 volume ${name} ${what}; linear ones are read`, {
    hint: 'Use an image whose root is a linear volume on one disk.',
  });
}
