import {
  type ByteSource,
  type DiskVolume,
  defined,
  type FileSystemContext,
  type VolumeTable,
} from '../../../src/kit.ts';
import { RangeSource } from '../../shared/sources/range-source.ts';
import { badPartitions } from './bad.ts';
import { readGpt } from './gpt.ts';
import { readMbr } from './mbr.ts';
import type { Table } from './table.ts';

/** The partitions of a disk: from its GPT if it has one, else from its MBR; `undefined` without a table. */
export async function readTable(
  disk: ByteSource,
  { signal }: FileSystemContext,
): Promise<VolumeTable | undefined> {
  const table = (await readGpt(disk)) ?? (await readMbr(disk));
  if (table === undefined) return undefined;
  refuseOverlaps(table);
  const { scheme, sectorBytes, warnings } = table;
  const volumes = table.partitions.map(
    ({ number, offset, length, type, uuid, label }): DiskVolume => {
      return {
        name: `p${number}`,
        number,
        offset,
        sizeBytes: length,
        source: new RangeSource(disk, offset, length, { format: scheme, signal }),
        type,
        uuid,
        ...defined({ label }),
      };
    },
  );
  return { scheme, sectorBytes, volumes, warnings };
}

function refuseOverlaps({ scheme, partitions }: Table): void {
  const inOrder = partitions.toSorted((left, right) => left.offset - right.offset);
  inOrder.forEach((one, index) => {
    const next = inOrder[index + 1];
    if (next === undefined || one.offset + one.length <= next.offset) return;
    throw badPartitions(scheme, `partitions ${one.number} and ${next.number} overlap`);
  });
}
