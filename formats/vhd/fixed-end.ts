import type { Limits } from '../../src/kit.ts';
import { refuseVhd } from './checksum.ts';
import { findFooter, noFooter, parseVhdFooter, type VhdFooter } from './footer.ts';

/** The size in the footer of a fixed disk, and the length of the footer at the end of the file. */
export interface FixedEnd extends VhdFooter {
  endBytes: number;
}

/** Checks the last 512 bytes of a fixed disk's file; refuses a disk that is longer than the bytes before its footer. */
export function parseFixedEnd(end: Uint8Array, sizeBytes: number, limits: Limits): FixedEnd {
  const found = findFooter(end);
  if (found === undefined) throw noFooter(sizeBytes);
  const footer = parseVhdFooter(found.bytes, limits);
  if (footer.variant !== 'fixed') {
    throw refuseVhd('corrupt-header', 'the file of a dynamic disk does not begin with its footer');
  }
  const dataBytes = sizeBytes - found.length;
  if (footer.virtualSize > dataBytes) {
    throw refuseVhd('truncated', `the file holds only ${dataBytes} bytes of its disk`, {
      offset: dataBytes,
      value: footer.virtualSize,
    });
  }
  return { ...footer, endBytes: found.length };
}
