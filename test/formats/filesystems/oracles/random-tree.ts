import {
  closeSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../faults/random.ts';

export interface TreeOptions {
  /** Length of the longest name, in bytes. */
  longestName?: number;
  hasLinks?: boolean;
  hasBlanks?: boolean;
  /** Length of the longest target of a link. */
  longestTarget?: number;
  /** Number of names in the largest directory. */
  names?: number;
}

const KiB = 1024;
/** Sizes near those at which file systems change how they store a file. */
const sizes = [
  0,
  1,
  50,
  60,
  61,
  156,
  400,
  1023,
  1024,
  4095,
  4096,
  4097,
  12 * KiB,
  13 * KiB,
  270 * KiB,
  1400 * KiB,
];

/** Fills a folder at random: sizes, holes, long names, deep directories, one with many names, links. */
export function fillFolder(
  folder: string,
  random: Random,
  {
    longestName = 255,
    hasLinks = true,
    hasBlanks = true,
    longestTarget = 1000,
    names = 500,
  }: TreeOptions = {},
): void {
  for (const size of sizes) writeFile(join(folder, `size-${size}`), random, size);
  for (let count = 0; count < 12; count += 1) {
    writeFile(
      join(folder, nameOf(random, { longestName, hasBlanks, number: count })),
      random,
      random.between(0, 90_000),
    );
  }
  for (let count = 0; count < 4; count += 1) writeHoles(join(folder, `holes-${count}`), random);
  let deep = join(folder, 'deep');
  for (let level = 0; level < 25; level += 1) {
    mkdirSync(deep);
    writeFile(join(deep, 'file'), random, random.between(0, 300));
    deep = join(deep, `level${hasBlanks ? ' ' : '-'}${level}`);
  }
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let index = 0; index < names; index += 1) {
    const name = `${'n'.repeat(random.between(1, Math.min(80, longestName - 8)))}-${index}`;
    writeFileSync(join(many, name), `${index}`);
  }
  mkdirSync(join(folder, 'empty'));
  if (!hasLinks) return;
  [1, 59, 60, 80, 155, 160, 700, 1000].forEach((length, index) => {
    if (length <= longestTarget) symlinkSync('t'.repeat(length), join(folder, `link-${index}`));
  });
}

/** Letters of one, two, three and four bytes; the number makes names different where case is ignored. */
function nameOf(
  random: Random,
  { longestName, hasBlanks, number }: { longestName: number; hasBlanks: boolean; number: number },
): string {
  const letters = ['a', 'Z', '0', hasBlanks ? ' ' : '_', '.', '-', 'é', 'ß', '漢', '😀'];
  let name = `${number}`;
  const wanted = random.between(1, longestName);
  for (;;) {
    const next = `${name}${letters[random.between(0, letters.length - 1)]}`;
    if (Buffer.byteLength(next) + 1 > wanted) return `${name}x`;
    name = next;
  }
}

function writeFile(path: string, random: Random, size: number): void {
  writeFileSync(path, bytesOf(random, size));
}

/** Half of it repeats, so that it can be compressed. */
export function bytesOf(random: Random, size: number): Buffer {
  const bytes = Buffer.alloc(size, `${random.seed} `);
  for (let at = 0; at < size; at += random.between(1, 9)) bytes[at] = random.between(0, 255);
  return bytes;
}

/** Data at some places of a file, holes between them and at the end. */
function writeHoles(path: string, random: Random): void {
  const file = openSync(path, 'w');
  let end = 0;
  for (let piece = 0; piece < 8; piece += 1) {
    const at = end + random.between(0, 120_000);
    const bytes = bytesOf(random, random.between(1, 9000));
    writeSync(file, bytes, 0, bytes.length, at);
    end = at + bytes.length;
  }
  closeSync(file);
  truncateSync(path, end + random.between(0, 50_000));
}
