/** Processor architectures in the spelling of OCI. */
export const arches = [
  'amd64',
  'arm64',
  'riscv64',
  'ppc64le',
  's390x',
  'arm',
  '386',
  'loong64',
] as const;

/** A processor architecture in the spelling of OCI. */
export type Arch = (typeof arches)[number];
