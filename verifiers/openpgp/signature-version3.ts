import type { ByteReader } from './byte-reader.ts';
import { malformed } from './malformed.ts';
import type { SignaturePacket } from './signature-packet.ts';

/**
 * The rest of a version 3 signature (RFC 9580, 5.2.2): no subpackets, and an 8-byte key id for a signer. openSUSE and CentOS
 * sign with it.
 */
export function readVersion3(reader: ByteReader): SignaturePacket {
  if (reader.uint8() !== 5) throw malformed('a version 3 signature covers other than five octets');
  const trailer = reader.take(5);
  const [type = 0, ...time] = trailer;
  const keyId = Buffer.from(reader.take(8)).toString('hex').toUpperCase();
  return {
    version: 3,
    type,
    created: time.reduce((value, byte) => value * 256 + byte, 0),
    revokers: [],
    issuer: { keyId },
    embedded: [],
    keyAlgorithm: reader.uint8(),
    hashAlgorithm: reader.uint8(),
    salt: new Uint8Array(),
    trailer,
    digestStart: reader.take(2),
    values: reader.take(reader.left),
  };
}
