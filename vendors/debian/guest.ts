import { type Arch, defined, type GuestFacts } from '../../src/kit.ts';
import type { DebianRelease } from './releases.ts';

/** Debian's words for architectures. */
export const debianArchWords: Record<Arch, string> = {
  amd64: 'amd64',
  arm64: 'arm64',
  riscv64: 'riscv64',
  ppc64le: 'ppc64el',
  s390x: 's390x',
  arm: 'armhf',
  386: 'i386',
  loong64: 'loong64',
};
const firmware: Partial<Record<Arch, ('bios' | 'uefi')[]>> = {
  amd64: ['bios', 'uefi'],
  arm64: ['uefi'],
  riscv64: ['uefi'],
};
/** End of standard support: column `eol` of distro-info-data's `debian.csv`, October 2026. */
const endOfLife: Record<string, string> = {
  11: '2024-08-14',
  12: '2026-07-11',
  13: '2028-08-09',
};

/** End of standard support, if it is known. */
export function debianEndOfLife({ number }: DebianRelease): { eol?: string } {
  const eol = endOfLife[number];
  return eol === undefined ? {} : { eol };
}

/** `image` is the variant without its channel. */
export function debianGuest(release: DebianRelease, image: string, arch: Arch): GuestFacts {
  const boots = firmware[arch];
  return {
    osIds: ['debian'],
    // `nocloud` means neither cloud-init nor ssh server; it is not the NoCloud data source.
    ...(image === 'nocloud'
      ? { user: 'root', seed: 'none', ssh: false }
      : { user: 'debian', seed: 'nocloud', ssh: true }),
    ...defined({ firmware: boots }),
    ...debianEndOfLife(release),
  };
}
