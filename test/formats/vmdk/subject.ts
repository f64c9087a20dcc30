import { expect } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import { DecodeError, type DefectReason, type Limits } from '../../../src/kit.ts';
import {
  buildVmdkImage,
  type VmdkImage,
  type VmdkImageOptions,
} from '../../../src/testing/vmdk-image.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { content } from '../qcow2/disk.ts';

export const KiB = 1024;
export const virtualSize: number = 4 * 1024 * KiB;
/** Grains of 8 KiB, 64 to a table: eight tables. */
export const grainBytes: number = 8 * KiB;
export const extents: VmdkImageOptions['extents'] = [
  { position: 0, bytes: content('text', 1, 3 * grainBytes) },
  { position: 3 * 1024 * KiB, bytes: content('noise', 2, 2 * grainBytes) },
];
export const smallLimits: Partial<Limits> = { virtualBytes: 64 * 1024 * KiB };

/** An image before it is damaged. */
export interface Subject extends VmdkImage {
  view: DataView;
}
export type Damage = (image: Subject) => void;

export function subject(options: Partial<VmdkImageOptions> = {}): Subject {
  const geometry = { grainSectors: grainBytes / 512, tableEntries: 64 };
  const image = buildVmdkImage({ virtualSize, extents, ...geometry, ...options });
  return { ...image, view: new DataView(image.bytes.buffer) };
}

/** Changes the text of the descriptor. */
export function changeDescriptor(change: (text: string) => string): Damage {
  return ({ bytes }) => {
    const place = bytes.subarray(512, 512 + 20 * 512);
    const end = place.indexOf(0);
    const text = Buffer.from(
      change(Buffer.from(place.subarray(0, end)).toString('latin1')),
      'latin1',
    );
    place.fill(0);
    place.set(text);
  };
}

export async function expectRefusal(
  bytes: Uint8Array,
  reason: DefectReason,
  limits: Partial<Limits> = smallLimits,
): Promise<DecodeError> {
  const done = decodeInto(vmdk, bytes, new PageSink(), decodeContext({ limits }));
  const failure = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(DecodeError);
  if (!(failure instanceof DecodeError)) throw new Error('unreachable');
  expect(failure.details).toMatchObject({ reason, format: 'vmdk' });
  expect(failure.hint).not.toBe('');
  return failure;
}
