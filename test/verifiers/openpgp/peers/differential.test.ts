import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import {
  readKeys,
  verifyClearsigned,
  verifyDetached,
} from '../../../../verifiers/openpgp/index.ts';
import { differs, makeRow, type Row, readRows, replaceRows } from './differences-page.ts';
import { type DifferentialCase, differentialCases } from './differential-cases.ts';
import { findGpgv, openpgpjs, type Peer, rootdisk } from './peers.ts';

// Updated with ROOTDISK_WRITE_DIFFERENCES=1, on a machine that has gpgv.
const page = fileURLToPath(new URL('../../../../docs/openpgp-differences.md', import.meta.url));
const gpgv = findGpgv();
const peers = [rootdisk, openpgpjs, ...(gpgv === undefined ? [] : [gpgv])];

async function ask(one: DifferentialCase): Promise<Row> {
  const answer = async (peer: Peer): Promise<[string, boolean]> => [
    peer.name,
    await peer.accepts(one.signed),
  ];
  return makeRow(one, new Map(await Promise.all(peers.map(answer))));
}

test('the published table of differences agrees with the results', async () => {
  const rows: Row[] = [];
  for (const one of differentialCases) rows.push(await ask(one));
  if (process.env['ROOTDISK_WRITE_DIFFERENCES'] !== undefined) {
    writeFileSync(page, replaceRows(readFileSync(page, 'utf8'), rows));
  }
  const published = readRows(readFileSync(page, 'utf8'));
  expect([...published.keys()]).toEqual(rows.map(({ title }) => title));
  for (const { title, answers } of rows) {
    for (const [peer, accepts] of answers) {
      // A version other than the published one may answer differently.
      const known = published.get(title)?.get(peer);
      if (known !== undefined)
        expect([title, peer, known]).toEqual([title, peer, accepts ? 'accepts' : 'refuses']);
    }
  }
  expect(published.get('EdDSA, SHA-256')?.get(rootdisk.name)).toBe('accepts');
  expect(rows.filter((row) => differs(row) && row.why === undefined)).toEqual([]);
});

test.each([
  ['EdDSA legacy', { type: 'ecc' }, 4],
  ['Ed25519', { type: 'curve25519' }, 4],
  ['Ed25519, version 6', { type: 'curve25519', config: { v6Keys: true } }, 6],
  ['RSA', { type: 'rsa', rsaBits: 2048 }, 4],
  ['P-256', { type: 'ecc', curve: 'nistP256' }, 4],
  ['P-384', { type: 'ecc', curve: 'nistP384' }, 4],
  ['P-521', { type: 'ecc', curve: 'nistP521' }, 4],
] as const)('a signature by openpgp.js is verified: %s', async (_, options, version) => {
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'Vendor', email: 'images@example.invalid' }],
    format: 'object',
    ...options,
  });
  const { keys } = readKeys(publicKey.write());
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  // Its clock may be a second ahead of ours.
  const policy = { now: new Date(Date.now() + 5000), name: 'it', signers: [fingerprint] };
  const document = Buffer.from('- first\nsecond\n');
  const signature = await openpgp.sign({
    message: await openpgp.createMessage({ binary: document }),
    signingKeys: privateKey,
    detached: true,
    format: 'binary',
  });
  const verdict = verifyDetached(document, signature, keys, policy);
  expect(verdict).toMatchObject({ version, signer: { fingerprint } });
  const cleartext = await openpgp.sign({
    message: await openpgp.createCleartextMessage({ text: document.toString() }),
    signingKeys: privateKey,
  });
  const { body } = verifyClearsigned(cleartext, keys, policy);
  expect(Buffer.from(body).toString()).toBe(`${document}\n`);
});
