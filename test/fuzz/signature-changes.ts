import { isImageError } from '../../src/kit.ts';
import { type FramedPacket, readPackets } from '../../verifiers/openpgp/packets/framing.ts';
import { makeArmor } from '../verifiers/openpgp/make/document.ts';
import { join, makePacket } from '../verifiers/openpgp/make/packet.ts';
import type { Random } from '../verifiers/openpgp/random.ts';

type Change = (bytes: Buffer, random: Random, donor: Buffer) => Buffer;

/** The same file with one to three faults: bits, pieces, lengths, packets, lines. `donor` is another such file. */
export function changeFile(file: Buffer, random: Random, donor: Buffer): Buffer {
  let changed = Buffer.from(file);
  for (let count = 1 + (random(3) === 0 ? random(3) : 0); count > 0; count -= 1) {
    const change = changes[random(changes.length)];
    if (change !== undefined && changed.length > 0)
      changed = Buffer.from(change(changed, random, donor));
  }
  return changed;
}

const changes: readonly Change[] = [
  flipBit,
  flipBit,
  setByte,
  cut,
  takeOut,
  double,
  insert,
  splice,
  changePackets,
  changePackets,
  changePackets,
  changeLines,
  insidePacket,
];

function flipBit(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  return bytes;
}

function setByte(bytes: Buffer, random: Random): Buffer {
  bytes[random(bytes.length)] = [0, 1, 0x7f, 0x80, 0xc2, 0xe0, 0xff, random(256)][random(8)] ?? 0;
  return bytes;
}

function cut(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random(bytes.length));
}

function takeOut(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  return join(bytes.subarray(0, at), bytes.subarray(at + 1 + random(40)));
}

function double(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  const piece = bytes.subarray(at, at + 1 + random(bytes.length));
  return join(bytes.subarray(0, at), piece, bytes.subarray(at));
}

function insert(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  const noise = Buffer.from(Array.from({ length: 1 + random(20) }, () => random(256)));
  return join(bytes.subarray(0, at), noise, bytes.subarray(at));
}

function splice(bytes: Buffer, random: Random, donor: Buffer): Buffer {
  const from = random(donor.length + 1);
  return join(bytes.subarray(0, random(bytes.length + 1)), donor.subarray(from));
}

/** Packets in another order, twice, left out, from the donor, or with another header. */
function changePackets(bytes: Buffer, random: Random, donor: Buffer): Buffer {
  const packets = packetsOf(bytes);
  if (packets.length === 0) return flipBit(bytes, random);
  const at = random(packets.length);
  const to = random(packets.length);
  const [one, other] = [packets[at], packets[to]];
  const [foreign] = packetsOf(donor).slice(random(4));
  if (one === undefined || other === undefined) return bytes;
  let legacy: 0 | 1 | 2 | undefined;
  switch (random(7)) {
    case 0:
      packets.splice(at, 1);
      break;
    case 1:
      packets.splice(to, 0, one);
      break;
    case 2:
      [packets[at], packets[to]] = [other, one];
      break;
    case 3:
      if (foreign !== undefined) packets.splice(to, 0, foreign);
      break;
    case 4:
      packets[at] = { ...one, type: random(64) };
      break;
    case 5:
      packets[at] = { ...one, body: flipBit(Buffer.from(one.body), random) };
      break;
    default:
      legacy = 2;
  }
  const written = packets.map(({ type, body }) =>
    makePacket(type, body, type < 16 ? legacy : undefined),
  );
  return rewrap(bytes, join(...written));
}

/** A field of two or four octets inside a packet, which is most likely a length. */
function insidePacket(bytes: Buffer, random: Random): Buffer {
  const packets = packetsOf(bytes);
  const one = packets[random(packets.length || 1)];
  if (one === undefined || one.body.length < 8) return setByte(bytes, random);
  const body = Buffer.from(one.body);
  const value =
    [0, 1, body.length, body.length - 6, 0xff, 0xffff, random(0x1_0000)][random(7)] ?? 0;
  body.writeUInt16BE(value & 0xffff, random(body.length - 1));
  const written = packets.map((packet) =>
    makePacket(packet.type, packet === one ? body : packet.body),
  );
  return rewrap(bytes, join(...written));
}

function changeLines(bytes: Buffer, random: Random): Buffer {
  const lines = bytes.toString('latin1').split('\n');
  const at = random(lines.length);
  const line = lines[at] ?? '';
  const put = [`- ${line}`, `${line} \t`, `${line}\r`, line.replace(/^- /, ''), '', 'Hash: SHA256'];
  switch (random(4)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(random(lines.length), 0, line);
      break;
    case 2:
      lines.splice(
        at,
        0,
        ['', 'Comment: x', 'forged  disk.img', '-----BEGIN PGP SIGNATURE-----'][random(4)] ?? '',
      );
      break;
    default:
      lines[at] = put[random(put.length)] ?? '';
  }
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** The packets of a binary file or of its one block of armor; none if they cannot be found. */
function packetsOf(bytes: Buffer): FramedPacket[] {
  const match = armor.exec(bytes.toString('latin1'));
  const binary = match === null ? bytes : Buffer.from(match[2] ?? '', 'base64');
  try {
    return [...readPackets(binary)];
  } catch (error) {
    if (!isImageError(error)) throw error;
    return [];
  }
}

const armor =
  /-----BEGIN PGP ([A-Z ]*(?:SIGNATURE|BLOCK))-----\n(?:[^\n]+\n)*\n([A-Za-z0-9+/=\n]*?)\n=/;

/** Packets in the encoding of the file. */
function rewrap(bytes: Buffer, packets: Buffer): Buffer {
  const match = armor.exec(bytes.toString('latin1'));
  if (match === null) return packets;
  return join(bytes.subarray(0, match.index), Buffer.from(makeArmor(match[1] ?? '', packets)));
}
