import type { DiskFooter, Limits } from '../../src/kit.ts';
import { refuseVhd } from './checksum.ts';
import { parseFixedEnd } from './fixed-end.ts';
import { findFooter } from './footer.ts';

/** The footer of a fixed disk that was copied as raw: it must describe exactly the bytes before it. */
export function readLateFooter(
  end: Uint8Array,
  sizeBytes: number,
  limits: Limits,
): DiskFooter | undefined {
  if (findFooter(end) === undefined) return undefined;
  const { virtualSize, features, endBytes } = parseFixedEnd(end, sizeBytes, limits);
  const dataBytes = sizeBytes - endBytes;
  if (virtualSize === dataBytes) return { virtualSize, facts: { variant: 'fixed', features } };
  throw refuseVhd(
    'trailing-data',
    `the footer describes a disk of ${virtualSize} bytes, and ${dataBytes} lie before it`,
    {
      offset: virtualSize,
      hint: 'Give vhd as the last layer with from (--from) if only zeros lie between the two.',
    },
  );
}
