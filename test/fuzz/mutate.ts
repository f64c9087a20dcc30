import type { Seed } from './corpus.ts';
import type { Seal } from './seal.ts';

/** A small generator with a seed, so that a failing image can be made again (xorshift32). */
function createRandom(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e37_79b1) || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // Seeds that are neighbours start with similar numbers.
  for (let i = 0; i < 8; i += 1) next();
  return (below) => next() % below;
}

/** The changed image of this number. */
export function changeSeed(seed: Seed, number: number): Uint8Array {
  return mutate(seed.read(), createRandom(number + 1), seed.seal);
}

const extremes = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

/**
 * The same image with one to four faults: bits, bytes, fields, pieces that are cut, moved or doubled. Every second one
 * is sealed, if the image has a seal.
 */
function mutate(image: Uint8Array, random: (below: number) => number, seal?: Seal): Uint8Array {
  let bytes: Uint8Array<ArrayBuffer> = Uint8Array.from(image);
  for (let count = 1 + random(4); count > 0 && bytes.length > 16; count -= 1) {
    bytes = changeOnce(bytes, random);
  }
  if (random(2) === 0) seal?.(bytes);
  return bytes;
}

function changeOnce(
  bytes: Uint8Array<ArrayBuffer>,
  random: (below: number) => number,
): Uint8Array<ArrayBuffer> {
  // Headers and tables are mostly at the ends, and changes there matter most.
  const near = random(3) === 0 ? bytes.length : Math.min(bytes.length, 4096);
  const at = random(2) === 0 ? random(near) : bytes.length - 1 - random(near);
  const view = new DataView(bytes.buffer);
  switch (random(8)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      view.setUint32(
        Math.min(at, bytes.length - 4),
        Number((extremes[random(9)] ?? 0n) & 0xffff_ffffn),
        random(2) === 0,
      );
      return bytes;
    case 3:
      view.setBigUint64(
        Math.min(at, bytes.length - 8),
        extremes[random(extremes.length)] ?? 0n,
        random(2) === 0,
      );
      return bytes;
    case 4:
      return bytes.slice(0, at);
    case 5: {
      const length = 1 + random(512);
      bytes.copyWithin(at, random(bytes.length), random(bytes.length) + length);
      return bytes;
    }
    case 6:
      bytes.fill(random(2) === 0 ? 0 : 255, at, at + 1 + random(512));
      return bytes;
    default: {
      const cut = random(bytes.length);
      const longer = new Uint8Array(bytes.length + Math.min(65_536, bytes.length - cut));
      longer.set(bytes);
      longer.set(bytes.subarray(cut, cut + longer.length - bytes.length), bytes.length);
      return longer;
    }
  }
}
