/** One DER element; lengths up to 64 KiB. */
export function der(tag: number, ...parts: (Uint8Array | Uint8Array[])[]): Buffer {
  const body = Buffer.concat(parts.flat());
  const { length } = body;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), body]);
}

/** A SEQUENCE of elements. */
export function sequence(...parts: (Uint8Array | Uint8Array[])[]): Buffer {
  return der(0x30, ...parts);
}

/** An OBJECT IDENTIFIER from its dotted spelling. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap(base128)];
  return der(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const digits = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 127) | 0x80);
  return digits;
}

/** A UTCTime. */
export function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

/** A BIT STRING of whole bytes. */
export function bitString(bytes: Uint8Array): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}
