import type { ByteSource } from '../contracts/bytes.ts';
import type { VolumeOnDisk } from '../contracts/disk/opened-disk.ts';
import type {
  DiskVolume,
  FileSystem,
  FileSystemContext,
  VolumeTable,
} from '../contracts/file-system.ts';
import type { Probe } from '../contracts/format.ts';
import { DecodeError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import type { BoundParts } from '../parts/bind.ts';

const probeBytes = 256 * 1024;

/** The parts that read the content of a disk. */
export type DiskParts = Pick<BoundParts, 'fileSystems' | 'volumeFormats'>;

/** A volume with its file system, or why it cannot be read. */
export interface ReadVolume {
  about: VolumeOnDisk;
  fileSystem?: FileSystem;
  refusal?: DecodeError;
}

export interface ReadVolumes {
  scheme?: string;
  volumes: ReadVolume[];
  warnings: string[];
}

/**
 * The volumes of a disk: partitions, logical volumes in them, and the content of each. Throws for a table that
 * contradicts itself.
 */
export async function readVolumes(
  disk: ByteSource,
  parts: DiskParts,
  context: FileSystemContext,
): Promise<ReadVolumes> {
  const whole = { name: 'disk', offset: 0, sizeBytes: disk.sizeBytes ?? 0, source: disk };
  const table = await divide(whole, parts, context);
  const isPartitioned = table?.volumes.every(({ number }) => number !== undefined) === true;
  const warnings = [...(table?.warnings ?? [])];
  const volumes: ReadVolume[] = [];
  for (const volume of isPartitioned ? table.volumes : [whole]) {
    const inner = isPartitioned ? await tryDivide(volume, parts, context) : (table ?? {});
    if ('volumes' in inner) {
      warnings.push(...inner.warnings);
      volumes.push({ about: describe(volume) });
      for (const one of inner.volumes) volumes.push(await look(one, parts, context));
    } else if ('refusal' in inner) volumes.push(refused(volume, inner.refusal));
    else volumes.push(await look(volume, parts, context));
  }
  return { ...defined({ scheme: isPartitioned ? table.scheme : undefined }), volumes, warnings };
}

/** The volume table inside a volume; a partition table is searched only on the disk itself. */
async function divide(
  { name, source, sizeBytes }: DiskVolume,
  { volumeFormats }: DiskParts,
  context: FileSystemContext,
): Promise<VolumeTable | undefined> {
  const probe = await probeOf(source, sizeBytes);
  for (const format of volumeFormats) {
    if (!format.detect(probe)) continue;
    const table = await format.open(source, context);
    if (table === undefined) continue;
    const isOfPartitions = table.volumes.some(({ number }) => number !== undefined);
    if (name === 'disk' || !isOfPartitions) return table;
  }
  return undefined;
}

async function tryDivide(
  volume: DiskVolume,
  parts: DiskParts,
  context: FileSystemContext,
): Promise<VolumeTable | { refusal: DecodeError } | Record<string, never>> {
  const formats = parts.volumeFormats.filter(({ id }) => id !== 'partitions');
  try {
    return (await divide(volume, { ...parts, volumeFormats: formats }, context)) ?? {};
  } catch (error) {
    if (error instanceof DecodeError) return { refusal: error };
    throw error;
  }
}

async function look(
  volume: DiskVolume,
  { fileSystems }: DiskParts,
  context: FileSystemContext,
): Promise<ReadVolume> {
  try {
    const probe = await probeOf(volume.source, volume.sizeBytes);
    const format = fileSystems.find((one) => one.detect(probe));
    if (format === undefined) return { about: describe(volume) };
    const fileSystem = await format.open(volume.source, context);
    const { id, label, uuid } = fileSystem;
    const about = { ...describe(volume), fileSystem: { id, ...defined({ label, uuid }) } };
    return { about, fileSystem };
  } catch (error) {
    if (error instanceof DecodeError) return refused(volume, error);
    throw error;
  }
}

function refused(volume: DiskVolume, refusal: DecodeError): ReadVolume {
  const { message, details } = refusal;
  return {
    about: { ...describe(volume), refusal: { reason: details.reason, message } },
    refusal,
  };
}

function describe({
  name,
  sizeBytes,
  number,
  offset,
  type,
  uuid,
  label,
}: DiskVolume): VolumeOnDisk {
  return { name, sizeBytes, ...defined({ number, offset, type, uuid, label }) };
}

async function probeOf(source: ByteSource, sizeBytes: number): Promise<Probe> {
  return { head: await source.read(0, Math.min(probeBytes, sizeBytes)), sizeBytes };
}
