import { type Arch, arches } from '../../src/kit.ts';

/** The words of RPM systems for architectures. */
export const rpmWords: Readonly<Record<Arch, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  riscv64: 'riscv64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
  arm: 'armv7hl',
  386: 'i686',
  loong64: 'loongarch64',
};

/** The architectures whose word is among these, in the usual order. */
export function pickRpmArches(words: Iterable<string>): Arch[] {
  const known = new Set(words);
  return arches.filter((arch) => known.has(rpmWords[arch]));
}
