import { type Arch, arches } from '../../src/kit.ts';

/** The words of systems and ports for architectures: OCI's, the kernel's, Debian's, Alpine's. */
export const archWords: Readonly<Record<Arch, readonly string[]>> = {
  amd64: ['amd64', 'x86_64', 'x86-64', 'x64'],
  arm64: ['arm64', 'aarch64'],
  riscv64: ['riscv64'],
  ppc64le: ['ppc64le', 'ppc64el', 'powerpc64le'],
  s390x: ['s390x'],
  arm: ['arm', 'armhf', 'armv7', 'armv7l', 'armv7hl'],
  386: ['386', 'i386', 'i686', 'x86'],
  loong64: ['loong64', 'loongarch64'],
};

/** The architecture with exactly this word, in either case; `undefined` for other words, such as `amd64v3`. */
export function findArch(word: string): Arch | undefined {
  const lower = word.toLowerCase();
  return arches.find((arch) => archWords[arch].includes(lower));
}
