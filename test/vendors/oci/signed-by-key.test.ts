import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import { verifyCache } from '../../../src/index.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeImage } from '../../fixtures/signed-line.ts';
import { tarArchive, tarFile } from '../../formats/make-tar.ts';
import {
  type MadeDescriptor,
  type MadeRepository,
  makeRepository,
  types,
} from './make-repository.ts';

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const simple = 'application/vnd.dev.cosign.simplesigning.v1+json';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ed25519');

function pem({ publicKey }: { publicKey: KeyObject }): string {
  return String(publicKey.export({ type: 'spki', format: 'pem' }));
}

function printOf({ publicKey }: { publicKey: KeyObject }): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex');
}

let line: Line;
let made: MadeRepository;
let host: string;
let index: MadeDescriptor;
beforeEach(async () => {
  line = await startLine();
  host = new URL(line.upstream.url).host;
  made = makeRepository(line.upstream.url, 'containerdisks/ubuntu');
  const bytes = gzipSync(tarArchive(tarFile('disk/disk.img', makeImage(1))));
  const manifest = made.image('amd64', [made.blob(types.dockerLayer, bytes)]);
  const platform = { architecture: 'amd64', os: 'linux' };
  index = made.manifest(types.index, { manifests: [{ ...manifest, platform }] }, '24.04');
});
afterEach(() => line.close());

/** In the form of `cosign sign --key` of version 3. */
function attachBundle(subject: string, payloadType = 'application/vnd.in-toto+json'): void {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: subject.replace('sha256:', '') } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const head = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `);
  const sig = sign('sha256', Buffer.concat([head, payload]), pair.privateKey).toString('base64');
  const bundle = JSON.stringify({
    mediaType: bundleType,
    verificationMaterial: { publicKey: { hint: 'key' } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig, keyid: '' }],
    },
  });
  const layers = [made.blob(bundleType, bundle)];
  const config = made.blob('application/vnd.oci.empty.v1+json', '{}');
  const own = made.manifest(types.oci, { artifactType: bundleType, config, layers });
  const manifests = [{ ...own, artifactType: bundleType }];
  made.manifest(types.index, { manifests }, index.digest.replace(':', '-'));
}

/** In the form of older versions. */
function attachOlder(subject: string, type = 'cosign container image signature'): void {
  const critical = {
    identity: { 'docker-reference': 'another.example/name' },
    image: { 'docker-manifest-digest': subject },
    type,
  };
  const payload = JSON.stringify({ critical, optional: null });
  const signature = sign('sha256', Buffer.from(payload), pair.privateKey).toString('base64');
  const annotations = { 'dev.cosignproject.cosign/signature': signature };
  const keyless = { ...annotations, 'dev.sigstore.cosign/certificate': 'x' };
  const layers = [
    made.blob(simple, payload, { annotations }),
    made.blob(simple, payload, { annotations: keyless }),
  ];
  const config = made.blob(types.config, '{}');
  made.manifest(types.oci, { config, layers }, `${index.digest.replace(':', '-')}.sig`);
}

function ensure(options: EnsureOptions = {}): ReturnType<Line['ensure']> {
  for (const [address, body] of Object.entries(made.documents)) {
    line.upstream.route(new URL(address).pathname.slice(1), body);
  }
  const parameters = { key: printOf(pair) };
  const keys = [pem(other), pem(pair)];
  return line.ensure(`oci:${host}/containerdisks/ubuntu:24.04`, { parameters, keys, ...options });
}

it.each([
  ['a bundle', attachBundle],
  ['a signature of the older form', attachOlder],
])('%s by a key of the caller proves the disk, and again without a request', async (_, attach) => {
  attach(index.digest);
  const image = await ensure();
  expect(await sha256File(image.path)).toBe(sha256(makeDisk(2 * 1024 ** 2, 1)));
  const signer = { fingerprint: printOf(pair).toUpperCase(), keyOrigin: 'caller' };
  expect(image.trust).toMatchObject({ level: 'signed', signer });
  line.asked();
  const origins = [];
  for await (const { origin } of verifyCache({ cacheDir: line.cacheDir })) origins.push(origin);
  expect(origins).toMatchObject([{ state: 'proved', level: 'signed' }]);
  expect(line.asked()).toEqual([]);
});

it.each([
  [
    'another key',
    () => attachOlder(index.digest),
    { parameters: { key: printOf(other) } },
    'ERR_SIGNATURE',
  ],
  ['no given key', () => attachBundle(index.digest), { keys: [pem(other)] }, 'ERR_KEY'],
  ['a bundle of another image', () => attachBundle(sha256(Buffer.from('x'))), {}, 'ERR_SIGNATURE'],
  ['a payload of another image', () => attachOlder(sha256(Buffer.from('x'))), {}, 'ERR_SIGNATURE'],
  ['a payload of another type', () => attachOlder(index.digest, 'x'), {}, 'ERR_SIGNATURE'],
  [
    'an envelope of another type',
    () => attachBundle(index.digest, 'text/plain'),
    {},
    'ERR_SIGNATURE',
  ],
  ['no signature', () => {}, {}, 'ERR_SIGNATURE_MISSING'],
  ['half a fingerprint', () => {}, { parameters: { key: 'ab' } }, 'ERR_INVALID_REQUEST'],
])('it is refused with %s', async (_, attach, options, code) => {
  attach();
  await expect(ensure(options)).rejects.toMatchObject({ code });
  expect(await line.visible()).toEqual([]);
});
