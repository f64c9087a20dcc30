import { defined } from '../../kit/defined.ts';
import type { LockedFile } from '../lock-file.ts';

/** A disk in at most one compressed stream. */
export interface FileShape {
  /** Format id of the codec. */
  codec?: string;
  /** Format id of the disk; `img` if only the file name is known, which may mean raw or qcow2. */
  disk: string;
}

const codecs = ['gz', 'bz2', 'xz', 'zst', 'lz4'];
const disks = ['raw', 'img', 'iso', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi'];

/**
 * The format of a published file, from its layers or, if none are locked, from its name; `undefined` for archives and
 * unknown formats.
 */
export function shapeOf(file: Pick<LockedFile, 'layers' | 'fileName'>): FileShape | undefined {
  const [first, ...others] = file.layers.length > 0 ? file.layers : layersOfName(file.fileName);
  const codec = codecs.find((id) => id === first);
  const [disk, ...rest] = codec === undefined ? [first, ...others] : others;
  if (disk === undefined || rest.length > 0 || !disks.includes(disk)) return undefined;
  return { disk, ...defined({ codec }) };
}

/** The format of the file, for a message. */
export function shownShape({ layers, fileName }: Pick<LockedFile, 'layers' | 'fileName'>): string {
  return layers.length > 0 ? layers.join('>') : JSON.stringify(fileName);
}

/** Outermost first: `disk.qcow2.xz` is `xz>qcow2`. */
function layersOfName(fileName: string): string[] {
  const [last = '', inner = ''] = fileName.toLowerCase().split('.').slice(1).reverse();
  return codecs.includes(last) ? [last, inner] : [last];
}
