import { hasMagic, viewOf } from '../../src/kit.ts';
import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';

const sectorBytes = 2048;
/** The sectors before are the system area; ECMA-119, 6.2.1. */
const firstSector = 16;
const maxDescriptors = 48;
const primary = 1;

/** The descriptors at the start of a disc. */
export interface Volume {
  variant: 'ISO 9660' | 'UDF' | 'ISO 9660 and UDF';
  /** The volume's name, safe to print; empty if there is none. */
  name: string;
  /** Size of the volume in bytes; absent if there is only UDF. */
  volumeBytes?: number;
  /** The system area holds a boot sector, so that the disc also boots from a USB stick. */
  hybrid: boolean;
}

/** The volume that begins with these bytes, if any; 34 KiB are enough to recognize it, up to 128 KiB are read. */
export function findVolume(head: Uint8Array): Volume | undefined {
  let iso = false;
  let udf = false;
  let primaryAt: number | undefined;
  for (let i = 0; i < maxDescriptors; i += 1) {
    const at = (firstSector + i) * sectorBytes;
    if (isDescriptor(head, at, ['CD001'])) {
      iso ||= i === 0;
      if (head[at] === primary) primaryAt ??= at;
    } else if (isDescriptor(head, at, ['NSR02', 'NSR03'])) {
      udf = true;
    } else if (!isDescriptor(head, at, ['BEA01', 'BOOT2', 'TEA01', 'CDW02'])) {
      break;
    }
  }
  if (!iso && !udf) return undefined;
  const primaryFacts = iso && primaryAt !== undefined ? parsePrimary(head, primaryAt) : {};
  const both = iso ? 'ISO 9660 and UDF' : 'UDF';
  return {
    variant: udf ? both : 'ISO 9660',
    name: '',
    ...primaryFacts,
    hybrid: hasMagic(head, [0x55, 0xaa], 510),
  };
}

function isDescriptor(head: Uint8Array, at: number, names: readonly string[]): boolean {
  return names.some((name) => hasMagic(head, name, at + 1));
}

/** ECMA-119, 8.4; each number is stored twice, little-endian first. */
function parsePrimary(head: Uint8Array, at: number): Pick<Volume, 'name' | 'volumeBytes'> {
  if (head.length < at + sectorBytes) return { name: '' };
  const view = viewOf(head);
  const text = String.fromCharCode(...head.subarray(at + 40, at + 72));
  return {
    name: text.replace(/[^ -~]/g, '?').trimEnd(),
    volumeBytes: view.getUint32(at + 80, true) * view.getUint16(at + 128, true),
  };
}

/** The error for an invalid optical disc. */
export const refuseIso: ImageRefusal = refusalFor('iso');
