import type { DiskId } from '../shared/writing/disk-id.ts';
import { writeGuid } from './guid.ts';
import { type VhdxLayout, vhdxSectorBytes } from './layout.ts';
import { metadataGuids, metadataTableBytes } from './metadata-table.ts';

const ofDisk = 2;
const required = 4;

/** The table of metadata and its five items (MS-VHDX 2.6). */
export function formatMetadata({ blockBytes, virtualSize }: VhdxLayout, id: DiskId): Uint8Array {
  const parameters = Buffer.alloc(8);
  parameters.writeUInt32LE(blockBytes, 0);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(virtualSize));
  const items: Record<string, [number, Uint8Array]> = {
    fileParameters: [required, parameters],
    virtualSize: [required | ofDisk, size],
    diskId: [required | ofDisk, id.guid(`vhdx ${virtualSize} disk`)],
    logicalSector: [required | ofDisk, number32(vhdxSectorBytes)],
    // The value that Hyper-V writes, so that guests align to 4 KiB.
    physicalSector: [required | ofDisk, number32(4096)],
  };
  const region = Buffer.alloc(metadataTableBytes + 4096);
  region.write('metadata', 0, 'latin1');
  region.writeUInt16LE(Object.keys(items).length, 10);
  let at = 32;
  let offset = metadataTableBytes;
  for (const [guid, name] of metadataGuids) {
    const item = items[name];
    if (item === undefined) continue;
    const [flags, bytes] = item;
    region.set(writeGuid(guid), at);
    region.writeUInt32LE(offset, at + 16);
    region.writeUInt32LE(bytes.length, at + 20);
    region.writeUInt32LE(flags, at + 24);
    region.set(bytes, offset);
    at += 32;
    offset += bytes.length;
  }
  return region;
}

function number32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
