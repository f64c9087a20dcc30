import { defined } from '../../../src/kit.ts';
import { fingerprintOf, type StoredKey } from './keyring.ts';
import { type Packet, readNewLength, readNumber } from './packets.ts';

/** The unverified facts in a key, for people who review a change. Dates are `YYYY-MM-DD`. */
export interface KeyFacts {
  userId: string;
  created?: string;
  /** Creation of its newest self-signature, seconds since 1970. */
  renewed: number;
  /** Expiry of the last key or subkey that may sign; absent if it never expires. */
  expires?: string;
  /**
   * The subkeys that may sign and are not revoked, by fingerprint, with their expiry or `never`.
   */
  subkeys: Record<string, string>;
  revoked: boolean;
}

interface SelfSignature {
  type: number;
  created: number;
  /** Seconds after the creation of the key; absent when never. */
  lifetime: number | undefined;
  flags: number | undefined;
}

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
const canSign = 2;
const [signatureTag, userIdTag, subkeyTag] = [2, 13, 14];

/** Reads the newest self-signatures of a key; a signify key has neither dates nor subkeys. */
export function readFacts(key: StoredKey): KeyFacts {
  const [primary, ...parts] = key.packets;
  if (primary === undefined) {
    const userId = /^untrusted comment: (.*)$/m.exec(key.text)?.[1] ?? '';
    return { userId, renewed: 0, subkeys: {}, revoked: false };
  }
  const own: SelfSignature[] = [];
  const subkeys: { body: Uint8Array; signatures: SelfSignature[] }[] = [];
  let userId = '';
  for (const packet of parts) {
    if (packet.tag === userIdTag) userId ||= Buffer.from(packet.body).toString();
    if (packet.tag === subkeyTag) subkeys.push({ body: packet.body, signatures: [] });
    if (packet.tag !== signatureTag) continue;
    const signature = readSelfSignature(packet, key.fingerprint);
    if (signature !== undefined) (subkeys.at(-1)?.signatures ?? own).push(signature);
  }
  const end = endOf(primary.body, own, [0x10, 0x11, 0x12, 0x13, 0x1f]);
  const signing = subkeys.flatMap(({ body, signatures }) => {
    const subkeyEnd = endOf(body, signatures, [0x18]);
    const isRevoked = signatures.some(({ type }) => type === 0x28);
    if (isRevoked || subkeyEnd === undefined || !subkeyEnd.signs) return [];
    return [{ fingerprint: fingerprintOf(body), at: Math.min(subkeyEnd.at, end?.at ?? 0) }];
  });
  const ends = [...(end?.signs ? [end.at] : []), ...signing.map(({ at }) => at)];
  const last = Math.max(...ends);
  return {
    userId,
    created: day(readNumber(primary.body, 1, 4)),
    renewed: Math.max(0, ...own.map(({ created }) => created)),
    ...defined({ expires: ends.length > 0 && Number.isFinite(last) ? day(last) : undefined }),
    subkeys: Object.fromEntries(
      signing.map(({ fingerprint, at }) => [fingerprint, Number.isFinite(at) ? day(at) : 'never']),
    ),
    revoked: own.some(({ type }) => type === 0x20),
  };
}

/**
 * The expiry in the newest self-signature of these types, and whether the key may sign; absent if
 * there is no such signature.
 */
function endOf(
  body: Uint8Array,
  signatures: SelfSignature[],
  types: number[],
): { at: number; signs: boolean } | undefined {
  const saying = signatures
    .filter(({ type }) => types.includes(type))
    .sort((a, b) => b.created - a.created);
  // A self-signature that only names a revoker, for example, gives neither flags nor lifetime.
  const newest = saying.find(({ lifetime, flags }) => lifetime ?? flags) ?? saying[0];
  if (newest === undefined) return undefined;
  const { lifetime, flags } = newest;
  const at = lifetime ? readNumber(body, 1, 4) + lifetime : Number.POSITIVE_INFINITY;
  // A key without flags may do everything that its algorithm allows.
  return { at, signs: flags === undefined || (flags & canSign) !== 0 };
}

/** Version 4 signatures by the key itself; certifications by other keys do not set its expiry. */
function readSelfSignature({ body }: Packet, fingerprint: string): SelfSignature | undefined {
  if (body[0] !== 4) return undefined;
  const hashed = readSubpackets(body, 4);
  const issuers = readSubpackets(body, 6 + readNumber(body, 4, 2));
  const issuer = hashed.get(16) ?? issuers.get(16);
  const full = hashed.get(33) ?? issuers.get(33);
  const by = full?.subarray(1) ?? issuer ?? Uint8Array.of();
  if (!fingerprint.endsWith(Buffer.from(by).toString('hex').toUpperCase())) return undefined;
  const lifetime = hashed.get(9);
  return {
    type: body[1] ?? 0,
    created: readNumber(hashed.get(2) ?? Uint8Array.of(), 0, 4),
    lifetime: lifetime && readNumber(lifetime, 0, 4),
    flags: hashed.get(27)?.[0],
  };
}

function readSubpackets(body: Uint8Array, at: number): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const end = Math.min(body.length, at + 2 + readNumber(body, at, 2));
  for (let next = at + 2; next < end; ) {
    const length = readNewLength(body, next);
    if (length === undefined || length.value === 0) break;
    const start = length.next;
    found.set((body[start] ?? 0) & 127, body.subarray(start + 1, start + length.value));
    next = start + length.value;
  }
  return found;
}
