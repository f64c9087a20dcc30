import { refuse } from '../../src/kit.ts';

/** Bytes after the room for a block into which copies may write. */
export const blockSlackBytes = 16;

/** Errors of a block: `unpackLz4Block` returns their negative index. */
const flaws: readonly string[] = [
  '',
  'ends without literals',
  'ends inside its literals',
  'decodes to more than it may',
  'refers to bytes that are not there',
];

/** `unpackLz4Block` that throws `corrupt-data`. */
export function decodeLz4Block(...block: Parameters<typeof unpackLz4Block>): number {
  const end = unpackLz4Block(...block);
  if (end >= 0) return end;
  throw refuse('corrupt-data', `An lz4 block ${flaws[-end]}`, { format: 'lz4' });
}

/**
 * Decodes one block (LZ4 block format) into `output` from `start` on, which must have space for `room` and
 * `blockSlackBytes` more. Matches may reach back to `oldest`; the bytes before `start` belong to earlier blocks. Returns the
 * end of the block, or its error below zero. Threads run its text: it may use nothing outside of itself except globals.
 */
export function unpackLz4Block(
  input: Uint8Array,
  output: Uint8Array,
  start: number,
  room: number,
  oldest: number,
): number {
  const minMatch = 4;
  /** The maximum of a count in a token; further bytes add to it, up to the first byte below 255. */
  const longCount = 15;
  const fullByte = 255;
  /** Up to this length, copying word by word is faster than a call (measured). */
  const shortCopy = 128;
  const wordBytes = 4;
  const inputView = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const outputView = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const end = start + room;
  let at = 0;
  let filled = start;
  for (;;) {
    const token = input[at];
    if (token === undefined) return -1;
    at += 1;

    let literals = token >>> 4;
    if (literals === longCount) {
      let more = fullByte;
      while (more === fullByte) {
        more = input[at] ?? 0;
        at += 1;
        literals += more;
      }
    }
    if (literals > input.length - at) return -2;
    if (literals > end - filled) return -3;
    if (literals <= shortCopy && at + literals + 8 <= input.length) {
      for (let i = 0; i < literals; i += 8) {
        outputView.setInt32(filled + i, inputView.getInt32(at + i));
        outputView.setInt32(filled + i + 4, inputView.getInt32(at + i + 4));
      }
    } else {
      output.set(input.subarray(at, at + literals), filled);
    }
    at += literals;
    filled += literals;
    if (at === input.length) return filled;

    // After the end the bytes read as zero, and the offset zero is not valid.
    const offset = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    at += 2;
    if (offset === 0 || offset > filled - oldest) return -4;
    let match = (token & longCount) + minMatch;
    if (match === longCount + minMatch) {
      let more = fullByte;
      while (more === fullByte) {
        more = input[at] ?? 0;
        at += 1;
        match += more;
      }
    }
    if (match > end - filled) return -3;
    if (match <= shortCopy && offset >= wordBytes) {
      const from = filled - offset;
      for (let i = 0; i < match; i += 8) {
        outputView.setInt32(filled + i, outputView.getInt32(from + i));
        outputView.setInt32(filled + i + 4, outputView.getInt32(from + i + 4));
      }
    } else {
      repeat(filled, offset, match);
    }
    filled += match;
  }

  /** A match that may overlap its own output. */
  function repeat(at: number, offset: number, length: number): void {
    const from = at - offset;
    if (length <= shortCopy / 4) {
      for (let i = 0; i < length; i += 1) output[at + i] = output[from + i] ?? 0;
    } else if (offset === 1) {
      output.fill(output[from] ?? 0, at, at + length);
    } else {
      for (let done = 0; done < length; ) {
        const step = Math.min(length - done, offset + done);
        output.copyWithin(at + done, from, from + step);
        done += step;
      }
    }
  }
}
