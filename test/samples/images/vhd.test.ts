import { vhd } from '../../../formats/vhd.ts';
import { describeDiskRows } from './disk-rows.ts';

// The size is the current size here; the manifest has qemu's size from the geometry.
describeDiskRows(vhd, {
  'h-fixed-vpc-geometry.vhd.gz': {
    sizeBytes: 8_542_208,
    sha256: '4844ec672f8c606a2ad70ef8c87cac68923a5bf07f498f06e7c556c448557406',
  },
  't-qemu-virtualpc-dynamic.vhd.gz': { sizeBytes: 136_365_211_648 },
});
