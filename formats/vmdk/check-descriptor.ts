import type { Descriptor, DescriptorExtent } from './descriptor.ts';
import { refuseVmdk } from './magic.ts';

/** Kinds of disks whose data is not in files, or only on a hypervisor. */
const devices = ['vmfsrawdevicemap', 'vmfspassthroughrawdevicemap', 'vmfsrdm', 'vmfsraw', 'custom'];
const elsewhere = [
  ...['monolithicflat', 'twogbmaxextentsparse', 'twogbmaxextentflat', 'fulldevice'],
  ...['partitioneddevice', 'vmfs', 'vmfssparse', 'vmfsthin', 'vmfspreallocated'],
  ...['vmfseagerzeroedthick', 'sesparse', 'monolithicsparse', 'streamoptimized'],
];
const singleFileHint =
  'Get the disk as one file: export it as streamOptimized, or convert it with qemu-img.';

/**
 * The one extent of a disk that is in this file only; `isStream` is the kind in the header. Names in the descriptor are
 * neither used nor repeated.
 */
export function checkDescriptor(descriptor: Descriptor, isStream: boolean): DescriptorExtent {
  const { values, extents } = descriptor;
  if (descriptor.encrypted) {
    throw refuseVmdk('encrypted', 'the disk is encrypted', { hint: 'Decrypt the disk first.' });
  }
  const kind = values.get('createtype')?.toLowerCase();
  if (kind === undefined) throw corrupt('does not say of what kind the disk is');
  if (kind !== 'monolithicsparse' && kind !== 'streamoptimized') throw refuseKind(kind);
  const parent = values.get('parentcid')?.toLowerCase();
  if (values.has('parentfilenamehint') || (parent !== undefined && parent !== 'ffffffff')) {
    throw refuseVmdk('external-reference', 'the disk holds only the difference to a parent', {
      hint: 'Merge it with its parent first.',
    });
  }
  if (parent === undefined) throw corrupt('does not say whether there is a parent');
  const [extent, second] = extents;
  if (extent === undefined) throw corrupt('names no extent');
  const paths = extents.some(({ name = '' }) => /[/\\]/.test(name));
  if (second !== undefined || extent.type !== 'sparse' || paths) {
    throw refuseVmdk('external-reference', 'the descriptor names other files', {
      hint: singleFileHint,
    });
  }
  // Some writers call the extent of a finished stream read-only, others leave its name empty.
  const isPlain = extent.name !== undefined && extent.rest === undefined;
  if (!isPlain || extent.access === 'noaccess') throw corrupt('has an unusual extent');
  if ((kind === 'streamoptimized') !== isStream) throw corrupt('and the header differ in kind');
  return extent;
}

/** A descriptor without a disk after it always points to other files. */
export function refuseKind(kind: string | undefined): Error {
  if (kind === undefined || elsewhere.includes(kind)) {
    return refuseVmdk('external-reference', 'the data of this disk lies in other files', {
      hint: singleFileHint,
    });
  }
  const what = devices.includes(kind) ? 'maps a device' : 'is of an unknown kind';
  return refuseVmdk(
    'unsupported-variant',
    `the disk ${what}: ${JSON.stringify(kind.slice(0, 64))}`,
    {
      hint: singleFileHint,
    },
  );
}

function corrupt(what: string): Error {
  return refuseVmdk('corrupt-header', `the descriptor ${what}`, { offset: 512 });
}
