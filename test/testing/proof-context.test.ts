import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnyVerifier } from '../../src/kit.ts';
import { createProofContext, type TestProofContext } from '../../src/testing/index.ts';
import { checksums } from '../../verifiers/checksums.ts';

const url = 'https://images.acme.example/3/acme.qcow2';
const sums = 'https://images.acme.example/3/SHA256SUMS';
const sha256 = 'ab'.repeat(32);
const list = `${sha256}  acme.qcow2\n${'cd'.repeat(32)}  other.qcow2\n`;
let context: TestProofContext;
beforeEach(async () => {
  context = await createProofContext({ url, documents: { [sums]: list } });
});
afterEach(() => context.close());

test('is about the file of the address', async () => {
  expect(context.url.href).toBe(url);
  expect(context.fileName).toBe('acme.qcow2');
  await using named = await createProofContext({ url: new URL(url), fileName: 'other.qcow2' });
  expect(named.fileName).toBe('other.qcow2');
});

test('a verifier proves with it, and its requests are listed', async () => {
  const proof = { kind: 'checksums', url: new URL(sums) } as const;
  const evidence = await checksums.prove(proof, context);
  expect(evidence).toMatchObject({ level: 'checksum', digests: [`sha256:${sha256}`] });
  expect(context.requests).toEqual([`GET ${sums}`]);
});

test('serves the origin of the file, and reaches no other one', async () => {
  await using bare = await createProofContext({ url });
  expect(await bare.http.find(url)).toBeUndefined();
  await expect(context.http.find('https://other.example/')).rejects.toMatchObject({
    code: 'ERR_NETWORK',
  });
});

test('put() replaces a document', async () => {
  context.put(sums, 'gone', { status: 404 });
  expect(await context.http.find(sums)).toBeUndefined();
});

test('keys, level and clock have defaults, and can be given', async () => {
  expect(context).toMatchObject({
    given: { keys: [], replace: false },
    wanted: 'signed',
    now: new Date('2026-11-20T12:00:00Z'),
  });
  const given = { keys: ['a key'], replace: true };
  await using own = await createProofContext({ url, given, wanted: 'checksum', now: '2027-01-01' });
  expect(own).toMatchObject({ given, wanted: 'checksum', now: new Date('2027-01-01') });
});

describe('prove() proves another document', () => {
  const of = { fileName: 'other.qcow2', url: new URL('https://images.acme.example/other.qcow2') };

  test('with the built-in verifiers', async () => {
    const evidence = await context.prove({ kind: 'checksums', url: new URL(sums) }, of);
    expect(evidence.digests).toEqual([`sha256:${'cd'.repeat(32)}`]);
  });

  test('with the given ones, for the other document instead of the file', async () => {
    const seen: string[] = [];
    const verifier: AnyVerifier = {
      kind: 'tls',
      async prove(_, about) {
        seen.push(about.fileName, about.url.href, about.wanted);
        return { level: 'tls', digests: [], documents: [], warnings: [] };
      },
    };
    const options = { url, verifiers: [verifier], wanted: 'checksum' } as const;
    await using own = await createProofContext(options);
    await own.prove({ kind: 'tls', reason: 'none' }, of);
    expect(seen).toEqual([of.fileName, of.url.href, 'checksum']);
    expect(() => own.prove({ kind: 'checksums', url: new URL(sums) }, of)).toThrow(
      'no verifier for checksums',
    );
  });
});

describe('renew()', () => {
  test('returns a client that has read nothing yet', async () => {
    await context.http.get(sums);
    await context.http.get(sums);
    expect(context.requests.length).toBe(1);
    context.put(sums, 'another list');
    expect((await context.renew().http.get(sums)).text).toBe('another list');
  });

  test('changes the named fields, and an abort ends a request with its reason', async () => {
    const reason = new Error('stop');
    const given = { keys: ['a key'], replace: true };
    const changed = context.renew({ signal: AbortSignal.abort(reason), given, wanted: 'tls' });
    expect(changed).toMatchObject({ given, wanted: 'tls', now: context.now, url: context.url });
    await expect(changed.http.get(sums)).rejects.toBe(reason);
  });
});

test('evidence gives the digest of the document that was read', async () => {
  const { documents } = await checksums.prove({ kind: 'checksums', url: new URL(sums) }, context);
  const digest = createHash('sha256').update(list).digest('hex');
  expect(documents.map((one) => [one.url, one.sha256])).toEqual([[sums, digest]]);
});
