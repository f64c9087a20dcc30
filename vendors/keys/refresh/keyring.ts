import { createHash } from 'node:crypto';
import { type Packet, splitPackets } from './packets.ts';

/** A public key with all its packets, as stored in a keyring. */
export interface StoredKey {
  form: 'openpgp' | 'signify';
  /** The full fingerprint of the primary key, or the key number of signify; upper-case hex. */
  fingerprint: string;
  packets: Packet[];
  /** The text for a material file. */
  text: string;
}

const primaryTag = 6;
/**
 * User id, attribute, subkey, signature: the packets that belong to a key (GnuPG's trust packets do
 * not).
 */
const partTags = [2, 13, 14, 17];

/**
 * Every key of an OpenPGP keyring (binary, or one or more armored blocks) or a signify key file.
 * Skips what it cannot read.
 */
export function readKeyring(file: Uint8Array): StoredKey[] {
  const text = Buffer.from(file).toString('latin1');
  const blocks = [...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----(.*?)-----END PGP/gs)];
  if (blocks.length > 0) return blocks.flatMap(([, block = '']) => readOpenpgp(dearmor(block)));
  const signify = /^untrusted comment: .*\r?\n(RW[Q-T][A-Za-z0-9+/]{53})\s*$/.exec(text);
  if (signify !== null) return [readSignify(text, signify[1] ?? '')];
  return readOpenpgp(file);
}

function dearmor(block: string): Uint8Array {
  const lines = block.split(/\r?\n/).filter((line) => !/^(\w[\w-]*: .*|=.{4})?$/.test(line.trim()));
  return Buffer.from(lines.join(''), 'base64');
}

function readOpenpgp(data: Uint8Array): StoredKey[] {
  const keys: Packet[][] = [];
  for (const packet of splitPackets(data)) {
    if (packet.tag === primaryTag) keys.push([packet]);
    else if (partTags.includes(packet.tag)) keys.at(-1)?.push(packet);
  }
  return keys.flatMap((packets) => {
    const [primary] = packets;
    if (primary?.body[0] !== 4) return [];
    const text = armor(Buffer.concat(packets.map(({ bytes }) => bytes)));
    return [{ form: 'openpgp', fingerprint: fingerprintOf(primary.body), packets, text }];
  });
}

function readSignify(text: string, encoded: string): StoredKey {
  // Two bytes of algorithm, then the key number, which signify prints in this byte order.
  const fingerprint = Buffer.from(encoded, 'base64').subarray(2, 10).toString('hex').toUpperCase();
  return { form: 'signify', fingerprint, packets: [], text: `${text.trim()}\n` };
}

/** The fingerprint of a version 4 key or subkey (RFC 9580, section 5.5.4.2). */
export function fingerprintOf(body: Uint8Array): string {
  const head = Uint8Array.of(0x99, body.length >> 8, body.length & 255);
  return createHash('sha1').update(head).update(body).digest('hex').toUpperCase();
}

function armor(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [
    '-----BEGIN PGP PUBLIC KEY BLOCK-----',
    '',
    ...lines,
    '-----END PGP PUBLIC KEY BLOCK-----',
    '',
  ].join('\n');
}
