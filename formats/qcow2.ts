import { type Disk, type DiskWriter, defineFormat, defineWriter, hasMagic } from '../src/kit.ts';
import { qcow2Magic } from './qcow2/magic.ts';

/**
 * QEMU's copy-on-write disk, versions 2 and 3, read without its refcounts: standard, zero, zlib and zstd clusters,
 * extended L2 entries. An image that refers to another file, is encrypted or contradicts itself is a `DecodeError`.
 */
export const qcow2: Disk = defineFormat({
  kind: 'disk',
  id: 'qcow2',
  detect: (probe) => hasMagic(probe.head, qcow2Magic),
  open: async (source, context) =>
    (await import('./qcow2/open-qcow2.ts')).openQcow2(source, context),
});

/**
 * A qcow2 of version 3: its clusters are uncompressed, or compressed by all cores with `compression=zlib` or `zstd`.
 */
export const qcow2Writer: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'qcow2',
  extension: 'qcow2',
  options: { compression: { values: ['none', 'zlib', 'zstd'], default: 'none' } },
  check: async (disk) => (await import('./qcow2/write/writer.ts')).checkQcow2(disk),
  write: async (disk, out, context) =>
    (await import('./qcow2/write/writer.ts')).writeQcow2(disk, out, context),
});
