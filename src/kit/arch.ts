import { type Arch, arches } from '../contracts/arch.ts';
import { UsageError } from '../errors.ts';

const spellings: Record<string, Arch> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  ppc64el: 'ppc64le',
  powerpc64le: 'ppc64le',
  ppc64: 'ppc64le',
  armv7: 'arm',
  armv7l: 'arm',
  armhf: 'arm',
  i386: '386',
  i686: '386',
  ia32: '386',
  x86: '386',
  loongarch64: 'loong64',
};

/**
 * Converts any common spelling (`x86_64`, `aarch64`, `x64` …) to the OCI spelling; throws `ERR_INVALID_REQUEST` for
 * others.
 */
export function parseArch(text: string): Arch {
  const lower = text.toLowerCase();
  const known = arches.find((arch) => arch === lower) ?? spellings[lower];
  if (known !== undefined && (arches as readonly string[]).includes(known)) return known;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `unknown architecture ${JSON.stringify(text)}`,
    hint: `Use one of ${arches.join(', ')}.`,
    details: { field: 'arch', value: text },
  });
}

/** The architecture of this machine. */
export function hostArch(): Arch {
  return parseArch(process.arch);
}
