import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import { verifyCache } from '../../../src/index.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeImage } from '../../fixtures/signed-line.ts';
import { tarArchive, tarFile } from '../../formats/make-tar.ts';
import { makeSigstore } from '../../verifiers/sigstore/make-bundle.ts';
import { makeStatement } from '../../verifiers/sigstore/make-statement.ts';
import {
  type MadeDescriptor,
  type MadeRepository,
  makeRepository,
  types,
} from './make-repository.ts';

const sigstore = makeSigstore();
const identity = 'signer@example.com';
const issuer = 'https://issuer.example.com';
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

let line: Line;
let made: MadeRepository;
let host: string;
beforeEach(async () => {
  line = await startLine();
  host = new URL(line.upstream.url).host;
  made = makeRepository(line.upstream.url, 'containerdisks/ubuntu');
});
afterEach(() => line.close());

/** An index with one manifest. */
function push(): { index: MadeDescriptor; manifest: MadeDescriptor } {
  const bytes = gzipSync(tarArchive(tarFile('disk/disk.img', makeImage(1))));
  const layer = made.blob(types.dockerLayer, bytes);
  const manifest = made.image('amd64', [layer]);
  const platform = { architecture: 'amd64', os: 'linux' };
  const index = made.manifest(types.index, { manifests: [{ ...manifest, platform }] }, '24.04');
  return { index, manifest };
}

/** Attaches bundles to a manifest or index, as cosign does; `viaTag` if the registry has no referrers. */
function attach(subject: MadeDescriptor, bundles: string[], viaTag = false): void {
  const manifests = bundles.map((text, at) => {
    const layer = made.blob(bundleType, text);
    const config = made.blob('application/vnd.oci.empty.v1+json', '{}');
    const own = made.manifest(types.oci, {
      artifactType: bundleType,
      config,
      layers: [layer],
      subject,
    });
    const annotations = { 'org.opencontainers.image.created': `2026-06-0${at + 1}T00:00:00Z` };
    return { ...own, artifactType: bundleType, annotations };
  });
  if (viaTag) made.manifest(types.index, { manifests }, subject.digest.replace(':', '-'));
  else {
    const content = { schemaVersion: 2, mediaType: types.index, manifests };
    made.documents[`${made.base}referrers/${subject.digest}`] = JSON.stringify(content);
  }
}

function ensure(options: EnsureOptions = {}): ReturnType<Line['ensure']> {
  for (const [address, body] of Object.entries(made.documents)) {
    line.upstream.route(new URL(address).pathname.slice(1), body);
  }
  const parameters = { identity, issuer };
  const keys = { add: [sigstore.trustedRoot] };
  return line.ensure(`oci:${host}/containerdisks/ubuntu:24.04`, { parameters, keys, ...options });
}

describe('an image that is signed by cosign', () => {
  it.each([
    ['the index', false, 'index'],
    ['the index, by way of a tag', true, 'index'],
    ['the manifest alone', false, 'manifest'],
  ] as const)('is proved down to the disk: %s', async (_, viaTag, signed) => {
    const pushed = push();
    attach(pushed[signed], [makeStatement(sigstore, pushed[signed].digest)], viaTag);
    const image = await ensure();
    expect(await sha256File(image.path)).toBe(sha256(makeDisk(2 * 1024 ** 2, 1)));
    expect(image.trust).toMatchObject({
      level: 'signed',
      signer: { userId: `${identity} (${issuer})` },
      signedAt: new Date('2026-06-01'),
    });
  });

  it('has its origin proved again without a request', async () => {
    const { index } = push();
    attach(index, [makeStatement(sigstore, index.digest)]);
    await ensure();
    line.asked();
    const checked = await Array.fromAsync(verifyCache({ cacheDir: line.cacheDir }));
    expect(checked.map(({ origin }) => origin)).toMatchObject([
      { state: 'proved', level: 'signed' },
    ]);
    expect(line.asked()).toEqual([]);
  });

  it('is found among statements and other signers', async () => {
    const { index } = push();
    const provenance = { predicateType: 'https://slsa.dev/provenance/v1' };
    attach(index, [
      makeStatement(sigstore, index.digest),
      makeStatement(sigstore, index.digest, { identity: 'other@example.com' }),
      makeStatement(sigstore, index.digest, { ...provenance, identity: 'build@example.com' }),
    ]);
    expect((await ensure()).trust.level).toBe('signed');
  });
});

describe('an image is refused', () => {
  it.each([
    ['another signer', { identity: 'other@example.com' }, 'ERR_UNKNOWN_SIGNER'],
    ['another issuer', { issuer: 'https://issuer.example.org' }, 'ERR_UNKNOWN_SIGNER'],
    [
      'a statement of another kind',
      { predicateType: 'https://slsa.dev/provenance/v1' },
      'ERR_SIGNATURE',
    ],
    ['another payload', { payloadType: 'text/plain' }, 'ERR_SIGNATURE'],
  ] as const)('with %s', async (_, options, code) => {
    const { index } = push();
    attach(index, [makeStatement(sigstore, index.digest, options)]);
    await expect(ensure()).rejects.toMatchObject({ code });
    expect(await line.visible()).toEqual([]);
  });

  it('with a signature of another image', async () => {
    const { index, manifest } = push();
    attach(index, [makeStatement(sigstore, manifest.digest)]);
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_SIGNATURE' });
  });

  it('if a signature is required and none exists, unless a lower level is accepted', async () => {
    push();
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });
    const image = await ensure({ trust: 'checksum' });
    expect(image.trust.level).toBe('checksum');
  });

  it('if only the older form exists, and the message says so', async () => {
    const { index } = push();
    const config = made.blob(types.config, '{}');
    const annotations = {
      'dev.cosignproject.cosign/signature': 'eA==',
      'dev.sigstore.cosign/certificate': 'x',
    };
    const simple = 'application/vnd.dev.cosign.simplesigning.v1+json';
    const layers = [made.blob(simple, '{}', { annotations })];
    made.manifest(types.oci, { config, layers }, `${index.digest.replace(':', '-')}.sig`);
    const messages: string[] = [];
    const log = ({ message }: { message: string }) => messages.push(message);
    await expect(ensure({ log })).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });
    expect(messages.join('\n')).toContain("cosign's older form");
  });

  it('if only one of identity and issuer is given', async () => {
    await expect(ensure({ parameters: { identity } })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'issuer' },
    });
  });
});
