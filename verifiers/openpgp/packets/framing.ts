import { limits } from '../limits.ts';
import { FieldReader, malformed } from './field-reader.ts';

/** The packet types that are read (RFC 9580, 5). */
export const packetTypes = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
} as const;

/** A packet without its header. */
export interface FramedPacket {
  type: number;
  body: Uint8Array;
}

/** Packets in order (RFC 9580, 4.2), within limits. `malformed` at the first bytes that are not a packet. */
export function* readPackets(bytes: Uint8Array): Generator<FramedPacket> {
  const reader = new FieldReader(bytes, 'a packet');
  for (let count = 1; reader.left > 0; count += 1) {
    if (count > limits.packets) throw malformed(`more than ${limits.packets} packets`);
    const header = reader.uint8();
    if ((header & 0x80) === 0) throw malformed('these bytes are not OpenPGP packets');
    yield (header & 0x40) === 0 ? readLegacy(reader, header) : readCurrent(reader, header);
  }
}

/** The OpenPGP format of a header (RFC 9580, 4.2.1): type in six bits, then the length. */
function readCurrent(reader: FieldReader, header: number): FramedPacket {
  return { type: header & 0x3f, body: reader.take(readCurrentLength(reader)) };
}

function readCurrentLength(reader: FieldReader): number {
  const first = reader.uint8();
  if (first < 192) return first;
  if (first < 224) return (first - 192) * 256 + reader.uint8() + 192;
  // 224 to 254 (4.2.1.4): a partial length, which is allowed for data but for no packet read here.
  if (first < 255) throw malformed('a packet of partial length');
  return reader.uint32();
}

/** The legacy format (RFC 9580, 4.2.2; "old" in RFC 4880): type in four bits, then the form of the length. */
function readLegacy(reader: FieldReader, header: number): FramedPacket {
  return { type: (header >> 2) & 0x0f, body: reader.take(readLegacyLength(reader, header & 3)) };
}

function readLegacyLength(reader: FieldReader, lengthType: number): number {
  if (lengthType === 0) return reader.uint8();
  if (lengthType === 1) return reader.uint16();
  if (lengthType === 2) return reader.uint32();
  throw malformed('a packet of indeterminate length');
}
