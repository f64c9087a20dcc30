import { crc32 } from 'node:zlib';
import { abortableStream, type Codec, defineFormat, hasMagic, refuse } from 'rootdisk/kit';

/**
 * Acme's run-length coding: `ACMEZ1\n`, then records of a length (4 bytes, little-endian) and the byte that is repeated;
 * a length of zero ends the file, followed by the CRC-32 of the content (4 bytes).
 */
const magic = 'ACMEZ1\n';
const recordBytes = 5;
const endBytes = 8;
const pieceBytes = 1024 * 1024;

/** Reads records from a stream whose pieces may be cut anywhere. */
export const acmez: Codec = defineFormat({
  kind: 'codec',
  id: 'acmez',
  detect: ({ head }) => hasMagic(head, magic),
  async *decode(source, { signal, limits }) {
    let held = new Uint8Array(0);
    let begun = false;
    let ended = false;
    let crc = 0;
    let total = 0;
    for await (const piece of abortableStream(source.stream(), signal)) {
      if (ended && piece.length > 0) throw refuse('trailing-data', 'acmez: bytes behind the end');
      const bytes = new Uint8Array(held.length + piece.length);
      bytes.set(held);
      bytes.set(piece, held.length);
      const view = new DataView(bytes.buffer);
      let at = 0;
      if (!begun && bytes.length >= magic.length) {
        if (!hasMagic(bytes, magic)) throw refuse('corrupt-header', 'acmez: no ACMEZ1 in front');
        at = magic.length;
        begun = true;
      }
      while (begun && !ended && at + endBytes <= bytes.length) {
        const length = view.getUint32(at, true);
        if (length === 0) {
          const stated = view.getUint32(at + 4, true);
          if (stated !== crc) throw refuse('checksum', 'acmez: the CRC-32 does not agree');
          ended = true;
          at += endBytes;
          break;
        }
        total += length;
        if (total > limits.virtualBytes) throw refuse('limit', 'acmez: more than the limit');
        for (let left = length; left > 0; left -= pieceBytes) {
          signal.throwIfAborted();
          const run = new Uint8Array(Math.min(left, pieceBytes)).fill(view.getUint8(at + 4));
          crc = crc32(run, crc);
          yield run;
        }
        at += recordBytes;
      }
      if (ended && at < bytes.length) throw refuse('trailing-data', 'acmez: bytes behind the end');
      held = bytes.subarray(at);
    }
    if (!ended) throw refuse('truncated', 'acmez: the end is missing');
  },
});
