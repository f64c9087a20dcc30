import { btrfs } from '../../../formats/filesystems/btrfs.ts';
import { ext } from '../../../formats/filesystems/ext.ts';
import { fat } from '../../../formats/filesystems/fat.ts';
import { lvm } from '../../../formats/filesystems/lvm.ts';
import { named } from '../../../formats/filesystems/named.ts';
import { xfs } from '../../../formats/filesystems/xfs.ts';
import {
  type ByteSource,
  type DiskVolume,
  type FilePaths,
  type FileSystemFormat,
  filePaths,
  NotFoundError,
} from '../../../src/kit.ts';
import { context, type DiskRow, readVolumes } from './disk-rows.ts';

/** Every supported file system, after those that are refused by name. */
const fileSystems: readonly FileSystemFormat[] = [named, btrfs, xfs, ext, fat];

/** The files of a volume in a row: `root`, `boot`, `esp`; `undefined` if no format recognizes it. */
export async function openVolume(
  row: DiskRow,
  disk: ByteSource,
  name: string,
): Promise<FilePaths | undefined> {
  const where = row.volumes.get(name) ?? 'disk';
  const [partition = '', option = ''] = where.replace('(encrypted)', '').split(',');
  const volumes = await readVolumes(disk);
  const [, logical] = option.split('lv=');
  const volume =
    logical === undefined
      ? volumes.find((one) => one.name === partition)
      : await logicalVolume(volumes, partition, logical);
  if (volume === undefined) return undefined;
  const head = await volume.source.read(0, 256 * 1024);
  const format = fileSystems.find((one) => one.detect({ head, sizeBytes: volume.sizeBytes }));
  if (format === undefined) return undefined;
  const opened = await format.open(volume.source, context);
  if (!option.startsWith('subvol=')) return opened;
  const root = await opened.subvolume?.(option.slice('subvol='.length));
  return root && filePaths({ root });
}

async function logicalVolume(
  volumes: readonly DiskVolume[],
  partition: string,
  name: string,
): Promise<DiskVolume | undefined> {
  const physical = volumes.find((one) => one.name === partition);
  const table = physical && (await lvm.open(physical.source, context));
  return table?.volumes.find((one) => one.name === name);
}

/** `ok`, or the reason in the words of the manifest. */
export async function answerOf(read: Promise<unknown>): Promise<string> {
  try {
    await read;
    return 'ok';
  } catch (error) {
    if (error instanceof NotFoundError) return 'not-found';
    const reason: unknown = Reflect.get(Object(Reflect.get(Object(error), 'details')), 'reason');
    if (typeof reason !== 'string') throw error;
    return reason;
  }
}
