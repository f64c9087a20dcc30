import { hasMagic } from '../../src/kit.ts';
import { refuseKind } from './check-descriptor.ts';
import { cowdMagic, refuseVmdk, seSparseMagic, sparseMagic } from './magic.ts';
import { isTextDescriptor, readTextKind } from './text-descriptor.ts';

const hint = 'Export the disk again as streamOptimized.';

/**
 * Refuses a file without the start of a sparse file, by name if it is another kind of VMware's; `head` may be short
 * only at the end.
 */
export function refuseForeign(head: Uint8Array): void {
  if (head.length === 0) throw refuseVmdk('empty', 'the file is empty');
  if (hasMagic(head, cowdMagic)) {
    throw refuseVmdk('unsupported-variant', 'the file is a COWD extent (vmfsSparse)', { hint });
  }
  if (hasMagic(head, seSparseMagic)) {
    throw refuseVmdk('unsupported-variant', 'the file is a seSparse extent', { hint });
  }
  if (hasMagic(head, sparseMagic)) return;
  if (isTextDescriptor(head)) throw refuseKind(readTextKind(head));
  for (let i = 0; i < Math.min(sparseMagic.length, head.length); i += 1) {
    if (head[i] !== sparseMagic.charCodeAt(i)) {
      throw refuseVmdk('format-mismatch', 'the file is not a VMDK image', { declared: 'vmdk' });
    }
  }
}
