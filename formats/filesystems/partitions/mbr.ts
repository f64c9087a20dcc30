import type { ByteSource } from '../../../src/kit.ts';
import { badPartitions } from './bad.ts';
import type { Partition, Table } from './table.ts';

const sectorBytes = 512;
const tableAt = 446;
const extendedTypes = [0x05, 0x0f, 0x85];
const protective = 0xee;
const firstLogical = 5;
const mostLogicals = 128;

interface Entry {
  slot: number;
  type: number;
  first: number;
  sectors: number;
}

/** MBR with logical partitions; `undefined` if sector 0 is only boot code, as for a file system without a table. */
export async function readMbr(disk: ByteSource): Promise<Table | undefined> {
  const sector = Buffer.from(await disk.read(0, sectorBytes));
  const entries = entriesOf(sector);
  const used = entries?.filter(({ type, sectors }) => type !== 0 && sectors !== 0) ?? [];
  // A protective entry stands for a GPT, which was searched before.
  const plain = used.filter(({ type }) => type !== protective);
  if (plain.length === 0) return undefined;
  const signature = sector.toString('hex', 440, 444).replace(/(..)(..)(..)(..)/, '$4$3$2$1');
  const warnings: string[] = [];
  const partitions: Partition[] = [];
  const add = (number: number, { type, sectors }: Entry, first: number): void => {
    const offset = first * sectorBytes;
    const length = sectors * sectorBytes;
    if (offset === 0 || offset + length > (disk.sizeBytes ?? offset + length)) {
      throw badPartitions('mbr', `partition ${number} lies outside of the disk`);
    }
    partitions.push({
      number,
      offset,
      length,
      type: hex(type),
      uuid: `${signature}-${hex(number)}`,
    });
  };
  for (const entry of plain) {
    if (!extendedTypes.includes(entry.type)) {
      add(entry.slot + 1, entry, entry.first);
      continue;
    }
    try {
      await addLogicals(disk, entry, add);
    } catch (error) {
      if (!(error instanceof BrokenChain)) throw error;
      // The partitions found before the broken record are valid.
      warnings.push(`The chain of logical partitions is broken: ${error.message}.`);
    }
  }
  return { scheme: 'mbr', sectorBytes, partitions, warnings };
}

class BrokenChain extends Error {}

/** Follows the chain of extended boot records: each holds one logical partition and the place of the next record. */
async function addLogicals(
  disk: ByteSource,
  extended: Entry,
  add: (number: number, entry: Entry, first: number) => void,
): Promise<void> {
  const end = extended.first + extended.sectors;
  const seen = new Set<number>();
  let number = firstLogical;
  for (let at = extended.first; ; ) {
    if (seen.has(at)) throw new BrokenChain('a record points back to an earlier one');
    if (seen.size === mostLogicals)
      throw new BrokenChain(`it has more than ${mostLogicals} records`);
    seen.add(at);
    const [own, next] =
      entriesOf(Buffer.from(await disk.read(at * sectorBytes, sectorBytes))) ?? [];
    if (own === undefined || next === undefined) throw new BrokenChain('a record has no signature');
    if (own.type !== 0 && own.sectors !== 0) {
      if (at + own.first + own.sectors > end) {
        throw new BrokenChain('a logical partition leaves the extended one');
      }
      add(number, own, at + own.first);
      number += 1;
    }
    if (next.type === 0 || next.sectors === 0) return;
    at = extended.first + next.first;
    if (at >= end) throw new BrokenChain('a record lies outside of the extended partition');
  }
}

/** The four entries; `undefined` if these bytes are not a table. */
function entriesOf(sector: Buffer): Entry[] | undefined {
  if (sector.length < sectorBytes || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries: Entry[] = [];
  for (let slot = 0; slot < 4; slot += 1) {
    const at = tableAt + 16 * slot;
    const status = sector[at] ?? 0;
    // Any other value is boot code that happens to end in 55 AA.
    if (status !== 0x00 && status !== 0x80) return undefined;
    entries.push({
      slot,
      type: sector[at + 4] ?? 0,
      first: sector.readUInt32LE(at + 8),
      sectors: sector.readUInt32LE(at + 12),
    });
  }
  return entries;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
