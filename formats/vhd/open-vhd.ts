import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskImage,
  hasMagic,
} from '../../src/kit.ts';
import { refuseVhd } from './checksum.ts';
import { footerBytes, vhdMagic } from './footer.ts';
import { openDynamic } from './open-dynamic.ts';
import { openFixed } from './open-fixed.ts';

/** A dynamic disk begins with a copy of its footer; a fixed one begins with the disk itself. */
export async function openVhd(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const head = await abortable(source.read(0, footerBytes), context.signal);
  if (head.length === 0) throw refuseVhd('empty', 'the file is empty');
  if (hasMagic(head, vhdMagic)) return openDynamic(source, head, context);
  return openFixed(source, context);
}
