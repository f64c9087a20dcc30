import { hasMagic } from '../../src/kit.ts';

/** The first bytes of an archive that was to be split but fitted into one part: a marker, then the first header. */
export function hasSpanMarker(head: Uint8Array): boolean {
  return hasMagic(head, 'PK00PK\x03\x04') || hasMagic(head, 'PK\x07\x08PK\x03\x04');
}
