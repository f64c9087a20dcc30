import { hasMagic, viewOf } from '../../src/kit.ts';

const entriesAt = 446;
const entryBytes = 16;

/** The partition table in the first sectors: a GPT, an MBR with or without entries, or neither. */
export function findPartitionTable(head: Uint8Array): 'GPT' | 'MBR' | 'unpartitioned' | undefined {
  // The header is in the second sector, of 512 or 4096 bytes.
  if (hasMagic(head, 'EFI PART', 512) || hasMagic(head, 'EFI PART', 4096)) return 'GPT';
  if (!hasMagic(head, [0x55, 0xaa], 510)) return undefined;
  const used = [0, 1, 2, 3].map((i) => readEntry(head, entriesAt + i * entryBytes));
  if (used.includes(undefined)) return undefined;
  if (used.includes(true)) return 'MBR';
  return head[0] === 0 ? undefined : 'unpartitioned';
}

/** Whether a partition entry is in use; `undefined` if it is not a valid entry. */
function readEntry(head: Uint8Array, at: number): boolean | undefined {
  const view = viewOf(head);
  const status = view.getUint8(at);
  if (status !== 0 && status !== 0x80) return undefined;
  const type = view.getUint8(at + 4);
  const first = view.getUint32(at + 8, true);
  const sectors = view.getUint32(at + 12, true);
  // The first partition of an isohybrid may begin at sector 0: it is the ISO itself.
  if (type !== 0) return sectors > 0 ? true : undefined;
  return first === 0 && sectors === 0 ? false : undefined;
}
