import { type Disk, type DiskWriter, defineFormat, defineWriter, hasMagic } from '../src/kit.ts';
import { cowdMagic, seSparseMagic, sparseMagic } from './vmdk/magic.ts';
import { isTextDescriptor } from './vmdk/text-descriptor.ts';

/**
 * VMware's disk in one file: monolithicSparse and streamOptimized, versions 1 to 3. An image that names another file,
 * has a parent or contradicts itself is a `DecodeError`; no other file is ever opened.
 */
export const vmdk: Disk = defineFormat({
  kind: 'disk',
  id: 'vmdk',
  // Also detects the kinds that are not supported, so that they are refused by name.
  detect: ({ head }) =>
    hasMagic(head, sparseMagic) ||
    hasMagic(head, cowdMagic) ||
    hasMagic(head, seSparseMagic) ||
    isTextDescriptor(head),
  open: async (source, context) => (await import('./vmdk/open-vmdk.ts')).openVmdk(source, context),
});

/** A streamOptimized VMDK, which ESXi, vCenter and VirtualBox import; all cores compress its grains. */
export const vmdkWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'vmdk',
  extension: 'vmdk',
  check: async (disk) => (await import('./shared/vmdk/write-stream.ts')).checkStream('vmdk', disk),
  write: async (disk, out, context) => {
    const { writeStream } = await import('./shared/vmdk/write-stream.ts');
    let position = 0;
    await writeStream(disk, context, async (bytes) => {
      await out.write(position, bytes);
      position += bytes.length;
    });
    await out.setSize(position);
  },
});
