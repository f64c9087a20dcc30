import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChecksumsProof, Evidence, Signature } from '../../src/kit.ts';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { checksums } from '../../verifiers/checksums.ts';
import { joinKeys, readKeys } from '../../verifiers/openpgp/index.ts';
import { makeDirectSignature, makeKey, makeSubkey } from './openpgp/make/key.ts';
import { makeKeyPair } from './openpgp/make/key-pair.ts';
import { join as joinBytes } from './openpgp/make/packet.ts';
import { makeSignature } from './openpgp/make/signature.ts';
import { proofContext, sha256Of, site } from './proof-context.ts';

const keyHost = 'https://keys.example/';
const list = Buffer.from(`${sha256Of('an image').slice('sha256:'.length)}  demo.qcow2\n`);
const url = new URL('r1/SHA256SUMS', site);
const [pair, subpair] = [makeKeyPair(), makeKeyPair()];
const key = makeKey(pair);
const revoked = joinBytes(key, makeDirectSignature(pair, { type: 0x20 }));
const keys = [{ fingerprint: pair.fingerprint, urls: [new URL('own.gpg', keyHost)] }];
const at = new URL('SHA256SUMS.gpg', url);
const signature: Signature = { form: 'openpgp', at, signers: [pair.fingerprint], keys };
const proof: ChecksumsProof = { kind: 'checksums', url, signature };

let upstream: Upstream;
let storeDir: string;
beforeEach(async () => {
  storeDir = await mkdtemp(join(tmpdir(), 'rootdisk-keys-'));
  upstream = await startUpstream({
    'images.example/r1/SHA256SUMS': list,
    'images.example/r1/SHA256SUMS.gpg': makeSignature(pair, list),
  });
});
afterEach(async () => {
  await upstream.close();
  await rm(storeDir, { recursive: true });
});

/** Proves the list in a separate call. */
function prove(): Promise<Evidence> {
  const mirrors = mirrorsFor(upstream, [site, keyHost]);
  return checksums.prove(proof, proofContext({ mirrors, storeDir }));
}

const serveKey = (bytes: Uint8Array | string): void => {
  upstream.route('keys.example/own.gpg', bytes);
};
const refuseKey = (statusCode: number): void => {
  upstream.route('keys.example/own.gpg', (_request, response) => {
    response.statusCode = statusCode;
    response.end('no');
  });
};
const keyRequests = (): number =>
  upstream.requests.filter(({ path }) => path.endsWith('own.gpg')).length;

/** Makes the stored documents this many days older. */
async function letDaysPass(days: number): Promise<void> {
  for (const name of await readdir(storeDir)) {
    if (!name.endsWith('.json')) continue;
    const path = join(storeDir, name);
    const record = JSON.parse(await readFile(path, 'utf8'));
    const before = Date.parse(record.storedAt) - days * 24 * 60 * 60 * 1000;
    await writeFile(path, JSON.stringify({ ...record, storedAt: new Date(before).toISOString() }));
  }
}

const notRenewed = expect.objectContaining({
  code: 'stale',
  message: expect.stringContaining('own.gpg'),
});

describe('a fetched key', () => {
  beforeEach(async () => {
    serveKey(key);
    expect((await prove()).level).toBe('signed');
    expect(keyRequests()).toBe(1);
  });

  test('is not requested again for some days', async () => {
    await letDaysPass(6);
    refuseKey(500);
    expect((await prove()).warnings).not.toContainEqual(notRenewed);
    expect(keyRequests()).toBe(1);
  });

  test('is requested again after a week, which shows a revocation', async () => {
    await letDaysPass(8);
    serveKey(revoked);
    await expect(prove()).rejects.toMatchObject({ code: 'ERR_SIGNER_REVOKED' });
  });

  test('that has not changed is not requested again for a week', async () => {
    await letDaysPass(8);
    expect((await prove()).warnings).not.toContainEqual(notRenewed);
    expect(keyRequests()).toBe(2);
    await prove();
    expect(keyRequests()).toBe(2);
  });

  test('keeps the parts that a later copy leaves out', async () => {
    await letDaysPass(8);
    serveKey(revoked);
    await expect(prove()).rejects.toMatchObject({ code: 'ERR_SIGNER_REVOKED' });
    await letDaysPass(8);
    serveKey(key);
    await expect(prove()).rejects.toMatchObject({ code: 'ERR_SIGNER_REVOKED' });
    await expect(prove()).rejects.toMatchObject({ code: 'ERR_SIGNER_REVOKED' });
  });

  test.each([404, 403, 500])('counts with a warning if its host answers %i', async (status) => {
    await letDaysPass(8);
    refuseKey(status);
    const { level, warnings } = await prove();
    expect([level, warnings]).toEqual(['signed', expect.arrayContaining([notRenewed])]);
    const before = keyRequests();
    await prove();
    expect(keyRequests()).toBeGreaterThan(before);
    serveKey(revoked);
    await expect(prove()).rejects.toMatchObject({ code: 'ERR_SIGNER_REVOKED' });
  });

  test('counts with a warning if another document is served in its place', async () => {
    await letDaysPass(8);
    serveKey('<html>Sign in to the network</html>');
    expect((await prove()).warnings).toContainEqual(notRenewed);
    serveKey(makeKey(makeKeyPair()));
    expect((await prove()).warnings).toContainEqual(notRenewed);
  });
});

test('counts as one key if there are two copies, in any encoding', () => {
  const other = joinBytes(key, makeSubkey(pair, subpair));
  const armored = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${revoked.toString('base64')}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
  const joined = joinKeys(Buffer.from(armored), other);
  const read = readKeys(joined ?? new Uint8Array()).keys;
  expect(read.map(({ fingerprint }) => fingerprint)).toEqual([pair.fingerprint, pair.fingerprint]);
  expect(read.flatMap(({ signatures }) => signatures)).toHaveLength(1);
  expect(read.flatMap(({ subkeys }) => subkeys)).toHaveLength(1);
  expect(joinKeys(key, key)).toBe(key);
  expect(joinKeys(new Uint8Array(8 * 1024 * 1024), other)).toBeUndefined();
});
