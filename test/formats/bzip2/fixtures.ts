import { makeBzip2 } from '../../../src/testing/files/bzip2-file.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const base64 = (lines: string[]): Uint8Array => Buffer.from(lines.join(''), 'base64');
export const join = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

export function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

export const text: Uint8Array = Buffer.from(
  'The quick brown fox jumps over the lazy dog\n'.repeat(5000),
);
/** The text compressed by bzip2 1.0.8 with `-1`, in three blocks. */
export const textFile: Uint8Array = base64([
  'QlpoMTFBWSZTWU+qM+sALGFTgAAQQAAEAD////AwAVgAUAA0AABQADQAABSqIgwjEw0bUm4FQ/IKhgFQ6AqGAVDi',
  'CoaAqGUFQ0BUPsFQ79gVDhBUOsFQyBUOsCoagqGYKh8AqHoFQ5wVDWCobQVDtBUMgVDMFQwCocfAKhtBUMwVDQFQ',
  '9AqGyCocwVDzBUNQVDYCoYgqGAVDkCSXsFQ9gqH+YoKyTKazOBwnKAFjC6cAACCAAAgAf///4GAC8ABQADQAAFAA',
  'NAAAFKoSaADah5TzUnmCoe4KhgFQ7QVDEFQ9gVDcFQyBUNwVDPyBUPsFQ9AVDUFQyBUNQKhyCoZwVDYFQ4BUPoFQ',
  '5BUOkFQ/AVDIFQzgqGIKhsCoaAqHwCobwVDiCoaAqHYFQ/gVDmCoaAqGAVDEFQ+QVDTKBUO4Kh3BUP8xQVkmU1l0',
  'xs9/ABjoU4AAEEAABAA////wMAEQAoABoAABNVSEGCPU0xo2oKAAaAADfUo5ioxUo/hUYFRyqUaCoyFRpUo+xUf9',
  'SjgKjoKjKpR0Co1qUbBUd6lHmpRmKjUVG4VHUVGVSjYKjAqO9SjluFRzFRoKjyKjaKjOpR4FRqKjbUowKjAqM4kl',
  '6qUeqlHsXckU4UJBycif7A==',
]);
export const hello: Uint8Array = Buffer.from('hello');
export const helloFile: Uint8Array = base64([
  'QlpoOTFBWSZTWRkxZT0AAACBAAJEoAAhmmgzTQczi7kinChIDJiynoA=',
]);
export const emptyFile: Uint8Array = base64(['QlpoORdyRThQkAAAAAA=']);
/** 46 000 000 zeros. */
export const zerosFile: Uint8Array = base64([
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZudCH0AAAxdAAwAAEAAAIIAAgpTQZjUhb',
  'BQvF3JFOFCQpcNCbgA==',
]);
export const abc: Uint8Array = Buffer.from('ab\n'.repeat(434)).subarray(0, 1300);
/** A randomised block; bzip2 1.0.8 reads it too. */
export const randomisedFile: Uint8Array = base64([
  'QlpoOTFBWSZTWZuOCpSAAUrBAAAYMAAgACGAMCEAEgokAEuMgkAogAkGi7kinChITccFSgA=',
]);
export const disk: Uint8Array = diskLikeBytes(12_000);
export const small: Uint8Array = makeBzip2([disk.subarray(0, 5000), disk.subarray(5000)]);
export const nineteen: Uint8Array = Uint8Array.from(
  { length: 2000 },
  (_, i) => (i * i + (i >> 4)) % 19,
);
