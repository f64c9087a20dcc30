import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseChecksums } from '../../src/kit.ts';
import { type OpenpgpVerdict, readKeys, verifyClearsigned } from '../../verifiers/openpgp/index.ts';
import { readArchive } from './system-packages.ts';

const rings = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  join(process.env['ROOTDISK_SAMPLES'] ?? '', 'keys/debian-archive.asc'),
];

let url: string;
let document: Buffer;
let verdict: OpenpgpVerdict & { body: Uint8Array };

beforeAll(async () => {
  const archive = readArchive();
  url = `${archive.url}dists/${archive.codename}/InRelease`;
  const answer = await fetch(url);
  expect([url, answer.status]).toEqual([url, 200]);
  document = Buffer.from(await answer.arrayBuffer());
  verdict = verify(document);
});

function verify(bytes: Uint8Array): OpenpgpVerdict & { body: Uint8Array } {
  const ring = rings.find((path) => existsSync(path));
  if (ring === undefined) throw new Error(`no keys of Debian: ${rings.join(', ')}`);
  const { keys } = readKeys(readFileSync(ring));
  return verifyClearsigned(bytes, keys, { now: new Date(), name: url });
}

test('the release file of the archive that this machine uses is verified', () => {
  const names = verdict.signers.map(({ userId }) => userId);
  process.stderr.write(`${url}: ${verdict.signedAt.toISOString()}, ${names.join('; ')}\n`);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(name).toMatch(/^Debian .*@(?:lists\.)?debian\.org>$/);
});

test('its body is a release file with digests, and has nothing of the armor', () => {
  const text = Buffer.from(verdict.body).toString();
  expect(text).toMatch(/^Origin: Debian\n/);
  expect(text).not.toContain('-----');
  expect(parseChecksums(text).entries.length).toBeGreaterThan(100);
});

test('a changed letter in it is refused', () => {
  const changed = document.toString('latin1').replace('Origin: Debian', 'Origin: Debiam');
  expect(() => verify(Buffer.from(changed, 'latin1'))).toThrow(/not for these bytes/);
});
