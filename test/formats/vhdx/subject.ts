import { expect } from 'vitest';
import type { DefectReason } from '../../../src/kit.ts';
import { buildVhdxImage, type VhdxImage } from '../../../src/testing/vhdx-image.ts';
import {
  putGuid,
  sealVhdx,
  vhdxGuids,
  vhdxRegionTable,
} from '../../../src/testing/vhdx-structures.ts';
import { decodeContext } from '../decode-context.ts';
import { content } from '../qcow2/disk.ts';
import { KiB, MiB, refusalOfVhdx } from './disk.ts';

export const virtualSize: number = 6 * MiB;
export const limits: { virtualBytes: number } = { virtualBytes: 64 * MiB };
const extents = [
  { position: 0, bytes: content('text', 1, 2 * MiB) },
  { position: 5 * MiB, bytes: content('text', 2, MiB) },
];
// Blocks 0, 1 and 5 are at 4, 5 and 6 MiB; log, metadata and block table at 1, 2 and 3.
export const pristine: VhdxImage = buildVhdxImage({ virtualSize, extents });

export interface Subject extends VhdxImage {
  view: DataView;
}
export type Damage = (image: Subject) => void;

export function subject(): Subject {
  const bytes = Uint8Array.from(pristine.bytes);
  return { ...pristine, bytes, view: new DataView(bytes.buffer) };
}

/** A change of both headers with correct checksums. */
export const headers = (change: (view: DataView) => void): Damage => {
  return ({ bytes }) => {
    for (const at of [64 * KiB, 128 * KiB]) {
      const header = bytes.subarray(at, at + 4 * KiB);
      change(new DataView(bytes.buffer, at, 4 * KiB));
      sealVhdx(header);
    }
  };
};

export type Region = Parameters<typeof vhdxRegionTable>[0][number];
export const bat: Region = { guid: vhdxGuids.bat, offset: 3 * MiB, length: MiB };
export const metadata: Region = { guid: vhdxGuids.metadata, offset: 2 * MiB, length: MiB };
export const unknown: Region = {
  guid: '99999999-2222-4333-8444-555555555555',
  offset: 40 * MiB,
  length: MiB,
};

/** Other regions, in both tables. */
export const regions = (...list: Region[]): Damage => {
  return ({ bytes }) => {
    bytes.set(vhdxRegionTable(list), 192 * KiB);
    bytes.set(vhdxRegionTable(list), 256 * KiB);
  };
};

export const items = [
  'fileParameters',
  'virtualSize',
  'diskId',
  'logicalSector',
  'physicalSector',
] as const;
export type Item = (typeof items)[number];

/** A change of an entry of the metadata table. */
export const entry = (name: Item, change: (view: DataView, at: number) => void): Damage => {
  return ({ view, metadataOffset }) => change(view, metadataOffset + 32 + items.indexOf(name) * 32);
};
/** A change of an item's value. */
export const item = (name: Item, change: (view: DataView, at: number) => void): Damage => {
  return entry(name, (view, at) => change(view, 2 * MiB + view.getUint32(at + 16, true)));
};
/** One more item, with flags. */
export const moreItem = (guid: string, flags: number, offset: number = 66 * KiB): Damage => {
  return ({ view, metadataOffset }) => {
    const at = metadataOffset + 32 + items.length * 32;
    view.setUint16(metadataOffset + 10, items.length + 1, true);
    putGuid(view, at, guid);
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, 16, true);
    view.setUint32(at + 24, flags, true);
  };
};
/** Another entry for a block of the disk. */
export const block = (number: number, value: bigint): Damage => {
  return ({ view, batOffset }) => view.setBigUint64(batOffset + number * 8, value, true);
};
export const at = (place: number | bigint): bigint => (BigInt(place) << 20n) | 6n;
export const u32 = (offset: number, value: number): ((view: DataView, start: number) => void) => {
  return (view, start) => view.setUint32(start + offset, value, true);
};
export const size = (value: bigint): Damage =>
  item('virtualSize', (view, start) => view.setBigUint64(start, value, true));

/** One case of a table: its name, the reason of the error, the change. */
export type Refused = [title: string, reason: DefectReason, damage: Damage];

/** Damages a new image and expects the error. */
export async function expectRefusal([, reason, damage]: Refused): Promise<void> {
  const image = subject();
  damage(image);
  const failure = await refusalOfVhdx(image.bytes, decodeContext({ limits }));
  expect(failure.details).toMatchObject({ reason, format: 'vhdx' });
  expect(failure.hint).not.toBe('');
}
