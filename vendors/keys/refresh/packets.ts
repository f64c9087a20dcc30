/** One OpenPGP packet; `bytes` includes its header. */
export interface Packet {
  tag: number;
  body: Uint8Array;
  bytes: Uint8Array;
}

/**
 * Splits binary OpenPGP data (RFC 9580, section 4.2); stops at the first data that is not a packet
 * of known length.
 */
export function splitPackets(data: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < data.length; ) {
    const header = readHeader(data, at);
    if (header === undefined || header.start + header.length > data.length) break;
    const end = header.start + header.length;
    const body = data.subarray(header.start, end);
    packets.push({ tag: header.tag, body, bytes: data.subarray(at, end) });
    at = end;
  }
  return packets;
}

interface Header {
  tag: number;
  start: number;
  length: number;
}

function readHeader(data: Uint8Array, at: number): Header | undefined {
  const first = data[at] ?? 0;
  if ((first & 0x80) === 0) return undefined;
  if ((first & 0x40) === 0) {
    const size = [1, 2, 4][first & 3];
    if (size === undefined) return undefined;
    const length = readNumber(data, at + 1, size);
    return { tag: (first >> 2) & 15, start: at + 1 + size, length };
  }
  const length = readNewLength(data, at + 1);
  return length && { tag: first & 63, start: length.next, length: length.value };
}

/** The length of a packet or subpacket; absent for a partial length, which no key uses. */
export function readNewLength(
  data: Uint8Array,
  at: number,
): { value: number; next: number } | undefined {
  const first = data[at] ?? 0;
  if (first < 192) return { value: first, next: at + 1 };
  if (first < 224) return { value: (first - 192) * 256 + (data[at + 1] ?? 0) + 192, next: at + 2 };
  if (first === 255) return { value: readNumber(data, at + 1, 4), next: at + 5 };
  return undefined;
}

/** A big-endian number; bytes past the end count as zero. */
export function readNumber(data: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i += 1) value = value * 256 + (data[i] ?? 0);
  return value;
}
