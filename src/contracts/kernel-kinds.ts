/** Packing of a kernel file; it decides which hypervisors can load it. */
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
