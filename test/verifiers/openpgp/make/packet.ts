/** Joins parts, one after the other. */
export const join = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts);
export const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value]);
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Seconds since 1970. */
export const time = (text: string): number => Date.parse(text) / 1000;

/** A packet with a current header, or with a legacy one of the length type 0, 1 or 2. */
export function makePacket(type: number, body: Uint8Array, legacy?: 0 | 1 | 2): Buffer {
  if (legacy !== undefined) {
    const length = [Buffer.from([body.length]), uint16(body.length), uint32(body.length)][legacy];
    return join(Buffer.from([0x80 | (type << 2) | legacy]), length ?? Buffer.alloc(0), body);
  }
  return join(Buffer.from([0xc0 | type]), makeLength(body.length), body);
}

/** One, two or five octets. */
function makeLength(length: number): Buffer {
  if (length < 192) return Buffer.from([length]);
  if (length < 8384) return Buffer.from([192 + ((length - 192) >> 8), (length - 192) & 0xff]);
  return join(Buffer.from([255]), uint32(length));
}

/** A multiprecision integer without leading zeros. */
export function makeMpi(value: Uint8Array): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  const bytes = first === -1 ? new Uint8Array() : value.subarray(first);
  const bits = bytes.length === 0 ? 0 : bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
  return join(uint16(bits), bytes);
}

export function makeSubpacket(type: number, body: Uint8Array, critical = false): Buffer {
  const content = join(Buffer.from([type | (critical ? 0x80 : 0)]), body);
  return join(makeLength(content.length), content);
}

/** Subpackets in a short form for tests. */
export const sub = {
  created: (at: number): Buffer => makeSubpacket(2, uint32(at)),
  expiresAfter: (seconds: number): Buffer => makeSubpacket(3, uint32(seconds)),
  keyExpiresAfter: (seconds: number): Buffer => makeSubpacket(9, uint32(seconds)),
  flags: (flags: number): Buffer => makeSubpacket(27, Buffer.from([flags])),
  keyId: (id: string): Buffer => makeSubpacket(16, Buffer.from(id, 'hex')),
  fingerprint: (fingerprint: string): Buffer =>
    makeSubpacket(
      33,
      Buffer.from(`${fingerprint.length === 40 ? '04' : '06'}${fingerprint}`, 'hex'),
    ),
  revoker: (fingerprint: string): Buffer =>
    makeSubpacket(12, Buffer.from(`8001${fingerprint}`, 'hex')),
  embedded: (signature: Uint8Array): Buffer => makeSubpacket(32, signature),
};
