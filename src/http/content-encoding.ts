import { hasMagic } from '../kit/bytes.ts';

/** Encodings that stores and servers state although they change no byte of the file. */
const neutral = new Set(['', 'identity', 'aws-chunked', 'binary', 'none', '8bit', 'utf-8']);

interface Packing {
  magic: readonly number[];
  endings: RegExp;
}

const gzip: Packing = { magic: [0x1f, 0x8b], endings: /\.(?:gz|tgz|svgz)$/i };
const packings: ReadonlyMap<string, Packing> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['bzip2', { magic: [0x42, 0x5a, 0x68], endings: /\.(?:bz2|tbz2?)$/i }],
  ['x-bzip2', { magic: [0x42, 0x5a, 0x68], endings: /\.(?:bz2|tbz2?)$/i }],
  ['xz', { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], endings: /\.(?:xz|txz)$/i }],
  ['x-xz', { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], endings: /\.(?:xz|txz)$/i }],
  ['zstd', { magic: [0x28, 0xb5, 0x2f, 0xfd], endings: /\.zst$/i }],
]);

/** The `Content-Encoding` without the meaningless words; `undefined` if nothing is left. */
export function contentEncoding(headers: Record<string, string>): string | undefined {
  const words = (headers['content-encoding'] ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => !neutral.has(word));
  return words.length === 0 ? undefined : words.join(', ');
}

/** True if a file of this name has this encoding itself: `gzip` for a `.gz`. */
export function isOwnPacking(encoding: string, { pathname }: URL): boolean {
  return packings.get(encoding)?.endings.test(pathname) === true;
}

/** False if the bytes certainly do not have this encoding, so that it is meaningless. */
export function mayBePacked(encoding: string, head: Uint8Array): boolean {
  const magic = packings.get(encoding)?.magic;
  if (magic === undefined) return true;
  return hasMagic(head, magic.slice(0, Math.max(1, head.length)));
}
