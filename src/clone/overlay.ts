import { refuseClone } from './clone-error.ts';

/** The header values of an overlay. */
export interface OverlayFacts {
  /** Size of the disk in bytes, a multiple of 512. */
  virtualSize: number;
  /** Absolute path of the backing file. */
  backing: string;
  /** QEMU's name for the format of the backing file. */
  backingFormat: 'raw' | 'qcow2';
}

// docs/interop/qcow2.rst of QEMU.
const clusterBits = 16;
const clusterBytes = 1 << clusterBits;
/** One cluster of L2 entries, 8 bytes each, maps this many bytes of the disk. */
const l2Reach = (clusterBytes / 8) * clusterBytes;
/** QEMU supports an L1 table of at most 32 MiB (`QCOW_MAX_L1_SIZE`). */
const maxVirtualSize = (0x200_0000 / 8) * l2Reach;
const headerBytes = 104;
const formatExtension = 0xe279_2aca;
const nameOffset = headerBytes + 8 + 8 + 8;
const maxNameBytes = 1023;

/**
 * A complete qcow2 file that contains only the name of its backing file: header, refcounts, and an L1 table of zeros.
 * The format of the backing file is always stated: otherwise QEMU would guess it, and a guest could influence the
 * guess.
 */
export function formatOverlay({ virtualSize, backing, backingFormat }: OverlayFacts): Buffer {
  const name = Buffer.from(backing);
  if (name.length > maxNameBytes) {
    const message = `the path of the backing file has ${name.length} bytes, and qcow2 allows ${maxNameBytes}`;
    throw refuseClone('backing', message, 'Move the disk to a folder with a shorter path.');
  }
  if (virtualSize > maxVirtualSize) {
    const message = `a qcow2 disk of ${virtualSize} bytes is larger than the ${maxVirtualSize} that QEMU opens`;
    throw refuseClone('size', message, 'Choose a smaller size.');
  }
  const l1Entries = Math.max(1, Math.ceil(virtualSize / l2Reach));
  const clusters = 3 + Math.ceil((l1Entries * 8) / clusterBytes);
  const file = Buffer.alloc(clusters * clusterBytes);
  file.write('QFI\xfb', 'latin1');
  file.writeUInt32BE(3, 4); // version
  file.writeBigUInt64BE(BigInt(nameOffset), 8);
  file.writeUInt32BE(name.length, 16);
  file.writeUInt32BE(clusterBits, 20);
  file.writeBigUInt64BE(BigInt(virtualSize), 24);
  file.writeUInt32BE(l1Entries, 36);
  file.writeBigUInt64BE(BigInt(3 * clusterBytes), 40); // L1 table
  file.writeBigUInt64BE(BigInt(clusterBytes), 48); // refcount table
  file.writeUInt32BE(1, 56); // its clusters
  file.writeUInt32BE(4, 96); // refcounts of 16 bits
  file.writeUInt32BE(headerBytes, 100);
  file.writeUInt32BE(formatExtension, headerBytes);
  file.writeUInt32BE(backingFormat.length, headerBytes + 4);
  file.write(backingFormat, headerBytes + 8);
  name.copy(file, nameOffset);
  file.writeBigUInt64BE(BigInt(2 * clusterBytes), clusterBytes); // the only block of refcounts
  for (let i = 0; i < clusters; i += 1) file.writeUInt16BE(1, 2 * clusterBytes + i * 2);
  return file;
}
