import { diskLikeBytes } from '../shared/decoding.ts';
import { makeLz4, uint32 } from './make-lz4.ts';

const base64 = (lines: string[]): Uint8Array => Buffer.from(lines.join(''), 'base64');
export const join = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

export function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

export const text: Uint8Array = Buffer.from(
  'The quick brown fox jumps over the lazy dog\n'.repeat(3000),
).subarray(0, 100_000);
/** The text compressed by lz4 1.9.4 with `-9 -B4 -BD -BX --content-size`: two linked blocks. */
export const textFile: Uint8Array = base64([
  'BCJNGFxAoIYBAAAAAABgNwEAAP8dVGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZwos',
  'AP//////////////////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////',
  '//////////////////////////////////////////////////////////////////////////////+8UCBmb3gg',
  'MK6EBpEAAAAPLAD/////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////',
  '//////////////////8PUHZlciB0JA5q3gAAAAC/HwKt',
]);
/** The first 3000 bytes of it with `-l`. */
export const legacyFile: Uint8Array = base64([
  'AiFMGEIAAAD/HVRoZSBxdWljayBicm93biBmb3gganVtcHMgb3ZlciB0aGUgbGF6eSBkb2cKLAD/',
  '/////////////39QIHF1aWM=',
]);
export const content: Uint8Array = diskLikeBytes(200_000);
export const frame: Uint8Array = makeLz4(content);
export const hello: Uint8Array = Buffer.from('hello');
export const small: Uint8Array = makeLz4(hello);
export const legacyMagic: readonly number[] = [0x02, 0x21, 0x4c, 0x18];

export function skippable(length: number, kind = 0, stated: number = length): Uint8Array {
  const magic = [0x50 + kind, 0x2a, 0x4d, 0x18];
  return join(magic, uint32(stated), new Uint8Array(length));
}
