import { hasMagic, viewOf } from '../../src/kit.ts';

/**
 * True when the bytes begin with a zstd frame, skippable ones before it or not. Skippable frames are lz4's as well: what
 * follows them decides, and where that lies past `head` they count as zstd's.
 */
export function beginsFrame(head: Uint8Array): boolean {
  let at = 0;
  while (at + 8 <= head.length && isSkippable(head, at)) {
    at += 8 + viewOf(head).getUint32(at + 4, true);
  }
  if (at === 0) return hasMagic(head, [0x28, 0xb5, 0x2f, 0xfd]);
  return at + 4 > head.length || hasMagic(head, [0x28, 0xb5, 0x2f, 0xfd], at);
}

function isSkippable(head: Uint8Array, at: number): boolean {
  return ((head[at] ?? 0) & 0xf0) === 0x50 && hasMagic(head, [0x2a, 0x4d, 0x18], at + 1);
}
