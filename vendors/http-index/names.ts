import { type Arch, arches, type Digest } from '../../src/kit.ts';
import { archWords } from '../shared/arch-words.ts';

/** Kinds of files that are disks, best first. What is in an archive, only its maker knows. */
const kinds = ['qcow2', 'raw', 'img', 'vmdk', 'vhdx', 'vhd', 'vdi', 'ova'];
const ending = new RegExp(`\\.(${kinds.join('|')})(?:\\.(xz|zst|gz|bz2|lz4))?$`, 'i');

/** True for a name that ends as a disk's does, with or without a codec. */
export function isDiskName(name: string): boolean {
  return ending.test(name);
}

/** The layers that a name promises; empty where it promises nothing, as `.img` does. */
export function layersOf(name: string): string[] {
  const [, kind = 'img', codec] = ending.exec(name.toLowerCase()) ?? [];
  if (kind === 'img' || kind === 'ova') return [];
  return codec === undefined ? [kind] : [codec, kind];
}

/** The name without what says the kind of its file. */
export function stemOf(name: string): string {
  return name.replace(ending, '');
}

/** Orders names of one stem: the kind that is known best first. */
export function compareKinds(left: string, right: string): number {
  const rank = (name: string): number =>
    kinds.indexOf(ending.exec(name)?.[1]?.toLowerCase() ?? '') + (ending.exec(name)?.[2] ? 0.5 : 0);
  return rank(left) - rank(right);
}

/**
 * True where a word or number stands whole in a name, in either case: `9` is in `os-9.8` and not in `os-3.9`, `generic`
 * not in `genericcloud`.
 */
export function holdsToken(name: string, token: string): boolean {
  const literal = token.replace(/[^a-z0-9]/gi, '\\$&');
  const before = /^\d/.test(token) ? '(?<![a-z0-9]|\\d\\.)v?' : '(?<![a-z0-9])';
  return new RegExp(`${before}${literal}(?![a-z0-9])`, 'i').test(name);
}

/** The architectures that a name says; `other` for a word of one that is none of ours, such as `amd64v3`. */
export function archesOf(name: string): (Arch | 'other')[] {
  const found = arches.filter((arch) => archWords[arch].some((word) => holdsToken(name, word)));
  // `x86` is a word of its own, and begins `x86_64`; that begins `x86_64_v2`, which older machines cannot run.
  const isWord = (arch: Arch): boolean =>
    !(arch === '386' && /x86[_-]64/i.test(name)) &&
    !(arch === 'amd64' && /x86[_-]64[_-]v\d/i.test(name));
  const exact = found.filter(isWord);
  const isOther = /(?<![a-z0-9])(?:amd64|x86[_-]64|aarch64|mips|sparc|ppc64|powerpc|riscv)/i;
  return exact.length === 0 && isOther.test(name) ? ['other'] : exact;
}

/** `24.04` of a name; `undefined` where it has no number with a dot. */
export function versionOf(name: string): string | undefined {
  return /(?<![a-z0-9.])v?(?!(?:19|20)\d{6})(\d+(?:\.\d+)+)/i.exec(stemOf(name))?.[1];
}

/** One build: the date in its name, else the version, else the start of its digest. */
export function buildOf(name: string, digest: Digest): string {
  const date = /(?<![a-z0-9])(?:19|20)\d{6}(?:[t-]\d{4,6}z?)?(?:\.\d+)*(?![a-z0-9])/i;
  const [dated] = date.exec(stemOf(name)) ?? [];
  return dated?.toLowerCase() ?? versionOf(name) ?? digest.replace(/^.*:/, '').slice(0, 12);
}

/** The words of a name, in order: what is neither a number nor an architecture. */
export function wordsOf(name: string): string[] {
  const words = arches.flatMap((arch) => [...archWords[arch]]);
  let rest = stemOf(name).toLowerCase();
  for (const word of words.sort((a, b) => b.length - a.length)) {
    if (holdsToken(rest, word)) rest = rest.replaceAll(word, '-');
  }
  return rest.split(/[^a-z0-9]+/).filter((word) => /[a-z]/.test(word) && !/^v?\d/.test(word));
}
