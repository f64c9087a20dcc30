import { viewOf } from '../../src/kit.ts';

export const nullGuid = '00000000-0000-0000-0000-000000000000';

/** The GUID at a place, in upper case; its first three fields are stored little-endian. */
export function readGuid(bytes: Uint8Array, at: number): string {
  const view = viewOf(bytes);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const rest = Buffer.from(bytes.subarray(at + 8, at + 16)).toString('hex');
  const fields = [
    hex(view.getUint32(at, true), 8),
    hex(view.getUint16(at + 4, true), 4),
    hex(view.getUint16(at + 6, true), 4),
    rest.slice(0, 4),
    rest.slice(4),
  ];
  return fields.join('-').toUpperCase();
}

/** The inverse of `readGuid`. */
export function writeGuid(text: string): Uint8Array {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ])
    bytes.subarray(from, to).reverse();
  return bytes;
}
