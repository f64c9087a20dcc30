import { createHash } from 'node:crypto';
import { qcow2 } from '../../../formats/qcow2.ts';
import type { ByteSource, DecodeContext } from '../../../src/kit.ts';
import type { DiskExtent } from '../../../src/testing/cut-blocks.ts';
import { decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';

/** Bytes without repeats: `text` compresses to about a third, `noise` not at all. */
export function content(kind: 'text' | 'noise', seed: number, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = kind === 'noise' ? state : state & 0x0707_0003;
  }
  return new Uint8Array(words.buffer).subarray(0, length);
}

/** The content of a disk with these extents. */
export function digestOf(virtualSize: number, extents: readonly DiskExtent[]): string {
  const disk = new Uint8Array(virtualSize);
  for (const { position, bytes } of extents) disk.set(bytes, position);
  return createHash('sha256').update(disk).digest('hex');
}

/** Decodes a complete image, or a source that is arriving, into memory. */
export function decodeQcow2(
  image: Uint8Array | ByteSource,
  sink: PageSink = new PageSink(),
  context?: DecodeContext,
): Promise<PageSink> {
  return decodeInto(qcow2, image, sink, context);
}
