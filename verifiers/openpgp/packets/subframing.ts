import { limits } from '../limits.ts';
import { FieldReader, malformed } from './field-reader.ts';

/** The subpacket types that are read (RFC 9580, 5.2.3.7; 12 is RFC 4880, 5.2.3.15). */
export const subpacketTypes = {
  creationTime: 2,
  expirationTime: 3,
  keyExpirationTime: 9,
  revocationKey: 12,
  issuerKeyId: 16,
  keyFlags: 27,
  embeddedSignature: 32,
  issuerFingerprint: 33,
} as const;

/** One subpacket; `body` is the part after its type. */
export interface Subpacket {
  type: number;
  critical: boolean;
  body: Uint8Array;
}

/** Reads one area of subpackets (RFC 9580, 5.2.3.7). */
export function readSubpackets(area: Uint8Array): Subpacket[] {
  const reader = new FieldReader(area, 'a signature subpacket');
  const subpackets: Subpacket[] = [];
  while (reader.left > 0) {
    if (subpackets.length === limits.subpackets) throw malformed('too many signature subpackets');
    const subpacket = new FieldReader(reader.take(readLength(reader)), 'a signature subpacket');
    const type = subpacket.uint8();
    subpackets.push({
      type: type & 0x7f,
      critical: (type & 0x80) !== 0,
      body: subpacket.take(subpacket.left),
    });
  }
  return subpackets;
}

/** One, two or five octets; unlike in packets, 224 to 254 also begin the two-octet form. */
function readLength(reader: FieldReader): number {
  const first = reader.uint8();
  if (first < 192) return first;
  if (first < 255) return (first - 192) * 256 + reader.uint8() + 192;
  return reader.uint32();
}

/** The body of the only subpacket of a type; a second one is `malformed`, because readers disagree which one counts. */
export function onlySubpacket(area: readonly Subpacket[], type: number): Uint8Array | undefined {
  const [first, second] = area.filter((subpacket) => subpacket.type === type);
  if (second !== undefined) throw malformed(`a signature has subpacket ${type} twice`);
  return first?.body;
}

/** The same as a number of four octets, such as a time. */
export function onlyNumber(area: readonly Subpacket[], type: number): number | undefined {
  const body = onlySubpacket(area, type);
  if (body === undefined) return undefined;
  const reader = new FieldReader(body, `signature subpacket ${type}`);
  const value = reader.uint32();
  reader.end();
  return value;
}
