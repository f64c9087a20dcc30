import { expect, test } from 'vitest';
import { readArmor } from '../../../verifiers/openpgp/packets/armor.ts';
import {
  findGpgv,
  openpgpjs,
  type Peer,
  type Signed,
} from '../../verifiers/openpgp/peers/peers.ts';
import { judge, readCase, readCases } from './openpgp-cases.ts';

/** Real documents for which a peer's answer differs from this module's, with the reason. */
const others: Record<string, Record<string, string>> = {
  'openpgp.js': {
    'opensuse-leap-16.0-aarch64': 'version 3',
    'opensuse-leap-16.0-aarch64-stale-key-copy': 'version 3',
    'centos-7.9': 'version 3',
    'freebsd-10.2-amd64-vm': 'wants a signature of the key over itself that is older',
  },
  gpgv: {
    'ubuntu-core-jammy-20221027-sha1': 'SHA-1',
    'synthetic-future-dated': 'a date to come',
  },
};

const gpgv = findGpgv();
const peers = [openpgpjs, ...(gpgv === undefined ? [] : [gpgv])];
const rows = readCases().flatMap((one) => peers.map((peer) => ({ one, peer, id: one.id })));

test.each(rows)('$id: $peer.name agrees', async ({ one, peer }) => {
  const { document, signature, keys } = readCase(one);
  const signed = { document, signature: signature && dearmor(signature), keys: dearmor(keys) };
  const ours = typeof judge(readCase(one)) !== 'string';
  const differs = others[familyOf(peer)]?.[one.id] !== undefined;
  expect(await peer.accepts(signed satisfies Signed)).toBe(ours !== differs);
});

function familyOf({ name }: Peer): string {
  return name.split(' ')[0] ?? '';
}

function dearmor(bytes: Buffer): Buffer {
  if (((bytes[0] ?? 0) & 0x80) !== 0) return bytes;
  const blocks = readArmor(bytes.toString('latin1')).blocks;
  return Buffer.concat(blocks.map((block) => ('bytes' in block ? block.bytes : Buffer.alloc(0))));
}
