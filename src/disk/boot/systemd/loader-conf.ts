import type { FilePaths } from '../../../contracts/file-system.ts';
import { NotFoundError } from '../../../errors.ts';

const mostBytes = 65_536;
/** No file name is longer. */
const mostPattern = 255;

/** `loader/loader.conf` of systemd-boot. */
export interface LoaderConf {
  /** Whether an entry with this file name boots by default; absent without such a line. */
  isDefault?: (name: string) => boolean;
}

/** `undefined` if the volume has none. */
export async function readLoaderConf(files: FilePaths): Promise<LoaderConf | undefined> {
  try {
    const bytes = await files.read('/loader/loader.conf', { mostBytes });
    return parseLoaderConf(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * The last line `default` counts; `@saved` and similar values are in variables of the firmware, which a disk does not
 * contain.
 */
export function parseLoaderConf(text: string): LoaderConf {
  const lines = text.split('\n').map((line) => /^default\s+(.+)$/.exec(line.trim()));
  const pattern = lines.findLast((found) => found !== null)?.[1];
  if (pattern === undefined || pattern.length > mostPattern || pattern.startsWith('@')) return {};
  // Before version 249 the name here had no extension.
  return {
    isDefault: (name) => {
      return [name, name.replace(/\.conf$/i, '')].some((one) => matchesGlob(pattern, one));
    },
  };
}

/**
 * Supports `*`, `?` and `[a-z]`, case-insensitive. A loop over two positions, so no pattern takes more steps than the
 * product of the lengths.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const pieces = pattern.toLowerCase().match(/\[[^\]]+\]|\\?[\s\S]/g) ?? [];
  const letters = [...text.toLowerCase()];
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < letters.length; ) {
    const piece = pieces[at];
    if (piece === '*') {
      [star, resume] = [at, index];
      at += 1;
    } else if (piece !== undefined && fits(piece, letters[index] ?? '')) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      [at, index] = [star + 1, resume];
    } else return false;
  }
  return pieces.slice(at).every((one) => one === '*');
}

function fits(piece: string, letter: string): boolean {
  if (piece === '?') return true;
  if (!piece.startsWith('[') || piece.length < 3) return piece.replace(/^\\(?=.)/s, '') === letter;
  const isInverse = /^\[[!^]/.test(piece);
  const set = piece.slice(isInverse ? 2 : 1, -1);
  const ranges = set.match(/[\s\S]-[\s\S]|[\s\S]/g) ?? [];
  const isIn = ranges.some((one) => {
    return one.length === 3 ? one.charAt(0) <= letter && letter <= one.charAt(2) : one === letter;
  });
  return isIn !== isInverse;
}
