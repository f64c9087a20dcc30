import { type Arch, arches, type Digest } from '../../src/kit.ts';
import { archWords } from '../shared/arch-words.ts';
import { stemOf } from '../shared/disk-names.ts';

/**
 * True if a name contains a word or number as a whole word, in either case: `os-9.8` contains `9`
 * and `os-3.9` does not; `genericcloud` does not contain `generic`.
 */
export function holdsToken(name: string, token: string): boolean {
  const literal = token.replace(/[^a-z0-9]/gi, '\\$&');
  const before = /^\d/.test(token) ? '(?<![a-z0-9]|\\d\\.)v?' : '(?<![a-z0-9])';
  return new RegExp(`${before}${literal}(?![a-z0-9])`, 'i').test(name);
}

/** The architectures in a name; `other` for the word of an unsupported one, such as `amd64v3`. */
export function archesOf(name: string): (Arch | 'other')[] {
  const found = arches.filter((arch) => archWords[arch].some((word) => holdsToken(name, word)));
  // `x86` is a word of its own and the beginning of `x86_64`, which is the beginning of
  // `x86_64_v2`; older machines cannot run the last.
  const isWord = (arch: Arch): boolean =>
    !(arch === '386' && /x86[_-]64/i.test(name)) &&
    !(arch === 'amd64' && /x86[_-]64[_-]v\d/i.test(name));
  const exact = found.filter(isWord);
  const isOther = /(?<![a-z0-9])(?:amd64|x86[_-]64|aarch64|mips|sparc|ppc64|powerpc|riscv)/i;
  return exact.length === 0 && isOther.test(name) ? ['other'] : exact;
}

/** `24.04` of a name; `undefined` if it has no number with a dot. */
export function versionOf(name: string): string | undefined {
  return /(?<![a-z0-9.])v?(?!(?:19|20)\d{6})(\d+(?:\.\d+)+)/i.exec(stemOf(name))?.[1];
}

/** One build: the date in its name, else the version, else the start of its digest. */
export function buildOf(name: string, digest: Digest): string {
  const date = /(?<![a-z0-9])(?:19|20)\d{6}(?:[t-]\d{4,6}z?)?(?:\.\d+)*(?![a-z0-9])/i;
  const [dated] = date.exec(stemOf(name)) ?? [];
  return dated?.toLowerCase() ?? versionOf(name) ?? digest.replace(/^.*:/, '').slice(0, 12);
}

/** The words of a name, in order: without numbers and architectures. */
export function wordsOf(name: string): string[] {
  const words = arches.flatMap((arch) => [...archWords[arch]]);
  let rest = stemOf(name).toLowerCase();
  for (const word of words.sort((a, b) => b.length - a.length)) {
    if (holdsToken(rest, word)) rest = rest.replaceAll(word, '-');
  }
  return rest.split(/[^a-z0-9]+/).filter((word) => /[a-z]/.test(word) && !/^v?\d/.test(word));
}
