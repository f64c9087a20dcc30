import { limits } from '../limits.ts';
import { FieldReader, malformed } from './field-reader.ts';
import {
  onlyNumber,
  onlySubpacket,
  readSubpackets,
  type Subpacket,
  subpacketTypes,
} from './subframing.ts';

/** A signature packet (RFC 9580, 5.2) that was read and not yet checked. Times are seconds. */
export interface SignaturePacket {
  version: 3 | 4 | 6;
  type: number;
  keyAlgorithm: number;
  hashAlgorithm: number;
  created: number;
  /** Seconds after `created`; absent or 0: no expiry. */
  expiresAfter?: number | undefined;
  /** Seconds after the creation of the key in question; absent or 0: no expiry. */
  keyExpiresAfter?: number | undefined;
  keyFlags?: Uint8Array | undefined;
  /** Type of a critical hashed subpacket that is not supported. */
  unknownCritical?: number | undefined;
  /** Fingerprints of keys that may revoke the signed one, from the hashed area. */
  revokers: string[];
  /** The claimed signer, upper-case hex; it is only a hint until the mathematical check succeeds. */
  issuer: { fingerprint?: string | undefined; keyId?: string | undefined };
  /** Bodies of embedded signatures: they are checked on their own, so they may be in either area. */
  embedded: Uint8Array[];
  /** Hashed before the signed bytes: the salt of version 6. */
  salt: Uint8Array;
  /** Hashed after the signed bytes (RFC 9580, 5.2.4). */
  trailer: Uint8Array;
  /** The first two octets of the digest. */
  digestStart: Uint8Array;
  /** The values of the public-key algorithm. */
  values: Uint8Array;
}

/** Subpackets that may be critical: those that this module uses, and those that do not matter for verification. */
const understood: ReadonlySet<number> = new Set([
  ...Object.values(subpacketTypes),
  // Preferences and features of a key, 5.2.3.14 to 5.2.3.17, 5.2.3.25, 5.2.3.32.
  ...[11, 21, 22, 23, 30, 34, 39],
  // Primary user ID, signer's user ID, reason for revocation.
  ...[25, 28, 29],
]);

/** Reads the body of a signature packet; `undefined` for an unknown version. */
export function readSignature(body: Uint8Array): SignaturePacket | undefined {
  const reader = new FieldReader(body, 'a signature');
  const version = reader.uint8();
  if (version === 3) return readVersion3(reader);
  return version === 4 || version === 6 ? readVersion4(reader, version, body) : undefined;
}

/** Versions 4 and 6 (RFC 9580, 5.2.3): version 6 has longer lengths and a salt. */
function readVersion4(reader: FieldReader, version: 4 | 6, body: Uint8Array): SignaturePacket {
  const [type, keyAlgorithm, hashAlgorithm] = [reader.uint8(), reader.uint8(), reader.uint8()];
  const hashedBytes = reader.take(version === 4 ? reader.uint16() : reader.uint32());
  const covered = body.subarray(0, body.length - reader.left);
  const hashed = readSubpackets(hashedBytes);
  const unhashed = readSubpackets(reader.take(version === 4 ? reader.uint16() : reader.uint32()));
  const digestStart = reader.take(2);
  const salt = reader.take(version === 4 ? 0 : reader.uint8());
  const created = onlyNumber(hashed, subpacketTypes.creationTime);
  if (created === undefined) throw malformed('a signature does not say when it was made');
  return {
    version,
    type,
    keyAlgorithm,
    hashAlgorithm,
    created,
    expiresAfter: onlyNumber(hashed, subpacketTypes.expirationTime),
    keyExpiresAfter: onlyNumber(hashed, subpacketTypes.keyExpirationTime),
    keyFlags: onlySubpacket(hashed, subpacketTypes.keyFlags),
    unknownCritical: hashed.find(({ type, critical }) => critical && !understood.has(type))?.type,
    revokers: hashed
      .filter(({ type }) => type === subpacketTypes.revocationKey)
      .map(({ body }) => hex(body.subarray(2))),
    issuer: readIssuer(hashed) ?? readIssuer(unhashed) ?? {},
    embedded: [...hashed, ...unhashed]
      .filter(({ type }) => type === subpacketTypes.embeddedSignature)
      .slice(0, limits.embedded)
      .map(({ body }) => body),
    salt,
    trailer: makeTrailer(version, covered),
    digestStart,
    values: reader.take(reader.left),
  };
}

/**
 * The rest of a version 3 signature (RFC 9580, 5.2.2): no subpackets, and an 8-byte key id as signer. openSUSE and
 * CentOS sign with it.
 */
function readVersion3(reader: FieldReader): SignaturePacket {
  if (reader.uint8() !== 5) throw malformed('a version 3 signature covers other than five octets');
  const trailer = reader.take(5);
  const [type = 0, ...time] = trailer;
  const keyId = hex(reader.take(8));
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

/** The first subpacket of each kind in one area: the hashed area is preferred, because the other one is not signed. */
function readIssuer(area: readonly Subpacket[]): SignaturePacket['issuer'] | undefined {
  const find = (wanted: number) => area.find(({ type }) => type === wanted)?.body;
  const fingerprint = find(subpacketTypes.issuerFingerprint);
  const keyId = find(subpacketTypes.issuerKeyId);
  if (fingerprint === undefined && keyId === undefined) return undefined;
  return {
    // RFC 9580, 5.2.3.35: one octet of key version before it.
    fingerprint: fingerprint && hex(fingerprint.subarray(1)),
    keyId: keyId && hex(keyId),
  };
}

/** The packet up to its hashed subpackets, its version, 0xFF, and the length of these bytes. */
function makeTrailer(version: 4 | 6, covered: Uint8Array): Uint8Array {
  const end = Buffer.from([version, 0xff, 0, 0, 0, 0]);
  end.writeUInt32BE(covered.length, 2);
  return Buffer.concat([covered, end]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
