import { hasMagic } from '../../src/kit.ts';

export const streamMagic = 'BZh';
export const streamHeaderBytes = 4;

/** 1 to 9, the size of the blocks in units of 100 000 bytes; 0 if these bytes do not begin a stream. */
export function levelOf(head: Uint8Array): number {
  if (!hasMagic(head, streamMagic)) return 0;
  const level = (head[streamMagic.length] ?? 0) - 0x30;
  return level >= 1 && level <= 9 ? level : 0;
}
