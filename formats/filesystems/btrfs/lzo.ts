import { badBtrfs } from './bad.ts';

/**
 * Decompresses one stream of LZO1X, at most `mostBytes` of it. The format has no header; a stream that exceeds its
 * bounds is `corrupt-data`. Source: the description in the kernel's documentation (lzo.rst).
 */
export function decompressLzo(input: Buffer, mostBytes: number): Buffer {
  const output = Buffer.alloc(mostBytes);
  let from = 0;
  let to = 0;

  const byte = (): number => {
    const value = input[from];
    if (value === undefined) throw badLzo();
    from += 1;
    return value;
  };
  /** A length that continues in the next bytes: each zero adds 255. */
  const longer = (base: number): number => {
    let length = base;
    for (;;) {
      const value = byte();
      if (value !== 0) return length + value;
      length += 255;
    }
  };
  const literals = (count: number): void => {
    if (from + count > input.length || to + count > mostBytes) throw badLzo();
    input.copy(output, to, from, from + count);
    from += count;
    to += count;
  };
  const match = (distance: number, count: number): void => {
    if (distance > to || to + count > mostBytes) throw badLzo();
    // Copies byte by byte: a match may overlap its own output.
    for (let left = count; left > 0; left -= 1) {
      output[to] = output[to - distance] ?? 0;
      to += 1;
    }
  };

  /** Literals before this instruction: 0 none, 1 to 3 after a match, 4 a separate run. */
  let before = 0;
  const first = input[0] ?? 0;
  if (first > 17) {
    from = 1;
    literals(first - 17);
    before = first - 17 < 4 ? first - 17 : 4;
  }
  for (;;) {
    const code = byte();
    if (code < 16 && before === 0) {
      literals(code === 0 ? longer(18) : code + 3);
      before = 4;
      continue;
    }
    let after: number;
    if (code < 16) {
      const distance = (code >> 2) + (byte() << 2);
      match(before === 4 ? distance + 2049 : distance + 1, before === 4 ? 3 : 2);
      after = code & 3;
    } else if (code < 64) {
      const isNear = code >= 32;
      const bits = isNear ? 31 : 7;
      const count = (code & bits) === 0 ? longer(bits + 2) : (code & bits) + 2;
      const low = byte();
      const offset = (low >> 2) + (byte() << 6);
      const far = (code & 8) << 11;
      if (!isNear && far === 0 && offset === 0) return output.subarray(0, to);
      match(isNear ? offset + 1 : offset + far + 16_384, count);
      after = low & 3;
    } else {
      match(((code >> 2) & 7) + (byte() << 3) + 1, (code >> 5) + 1);
      after = code & 3;
    }
    literals(after);
    before = after;
  }
}

function badLzo(): Error {
  return badBtrfs('corrupt-data', 'LZO data of the btrfs file system is broken');
}
