/** How a kernel file is packed; hypervisors differ in which they take. */
export type KernelKind = (typeof kernelKinds)[number];
export const kernelKinds = [
  'bzimage',
  'image',
  'zimage',
  'elf',
  'efi-zboot',
  'gzip',
  'xz',
  'zstd',
  'bzip2',
  'unknown',
] as const;
