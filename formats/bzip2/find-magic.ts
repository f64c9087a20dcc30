/** Starts a block: the digits of pi. */
export const blockMagic: readonly number[] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
/** Starts the end of a stream: the digits of the square root of pi. */
export const endMagic: readonly number[] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
export const magicBits = 48;

/** The bytes of one of the magics when it begins at bit `shift` of a byte. */
interface Pattern {
  shift: number;
  /** Seven bytes; `masks` says which bits of the first and the last count. */
  bytes: readonly number[];
  masks: readonly number[];
}

const patterns: readonly Pattern[] = [blockMagic, endMagic].flatMap((magic) =>
  Array.from({ length: 8 }, (_, shift) => makePattern(magic, shift)),
);
/** Indexed by the second and by the third byte: one bit for each pattern that is still possible. */
const bySecond = makeHints(1);
const byThird = makeHints(2);

/**
 * The position of the next magic of either kind, at any bit, from bit `from` on and completely before byte `endByte`;
 * -1 if there is none.
 */
export function findMagic(bytes: Uint8Array, from: number, endByte: number): number {
  const stop = endByte - magicBits / 8 + 1;
  for (let at = nextHint(bytes, from >>> 3, stop); at < stop; at = nextHint(bytes, at + 1, stop)) {
    const found = patterns.find((pattern) => matches(bytes, at, pattern));
    if (found === undefined) continue;
    const bit = at * 8 + found.shift;
    if (bit >= from && bit + magicBits <= endByte * 8) return bit;
  }
  return -1;
}

/** A separate loop, because it runs over every byte: with more code in it, it takes three times as long (measured). */
function nextHint(bytes: Uint8Array, from: number, stop: number): number {
  const second = bySecond;
  const third = byThird;
  for (let at = from; at < stop; at += 1) {
    if (((second[bytes[at + 1] ?? 0] ?? 0) & (third[bytes[at + 2] ?? 0] ?? 0)) !== 0) return at;
  }
  return stop;
}

function matches(bytes: Uint8Array, at: number, pattern: Pattern): boolean {
  return pattern.bytes.every(
    (byte, i) => ((bytes[at + i] ?? 0) & (pattern.masks[i] ?? 0)) === byte,
  );
}

function makePattern(magic: readonly number[], shift: number): Pattern {
  const spread = (bytes: readonly number[]): number[] =>
    Array.from({ length: 7 }, (_, i) => {
      return ((((bytes[i - 1] ?? 0) << 8) | (bytes[i] ?? 0)) >>> shift) & 0xff;
    });
  return { shift, bytes: spread(magic), masks: spread(magic.map(() => 0xff)) };
}

function makeHints(place: number): Uint16Array {
  const hints = new Uint16Array(256);
  for (const [i, { bytes }] of patterns.entries()) {
    const byte = bytes[place] ?? 0;
    hints[byte] = (hints[byte] ?? 0) | (1 << i);
  }
  return hints;
}
