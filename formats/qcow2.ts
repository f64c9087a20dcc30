import { type Disk, defineFormat, hasMagic } from '../src/kit.ts';
import { qcow2Magic } from './qcow2/header.ts';
import { openQcow2 } from './qcow2/open-qcow2.ts';

/**
 * QEMU's copy-on-write disk, versions 2 and 3, read without its refcounts: standard, zero, zlib and zstd clusters,
 * extended L2 entries. Whatever refers to another file, is encrypted or contradicts itself is a `DecodeError`.
 */
export const qcow2: Disk = defineFormat({
  kind: 'disk',
  id: 'qcow2',
  detect: (probe) => hasMagic(probe.head, qcow2Magic),
  open: openQcow2,
});
