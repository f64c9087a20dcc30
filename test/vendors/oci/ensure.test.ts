import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listImages, lockImages } from '../../../src/index.ts';
import { readLockFile } from '../../../src/lockfile/read-lock-file.ts';
import type { UpstreamHandler } from '../../../src/testing/upstream.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeImage } from '../../fixtures/signed-line.ts';
import { tarArchive, tarFile, tarHeader } from '../../formats/make-tar.ts';
import { type MadeRepository, makeRepository, types } from './make-repository.ts';

let line: Line;
let made: MadeRepository;
let host: string;
beforeEach(async () => {
  line = await startLine();
  host = new URL(line.upstream.url).host;
  made = makeRepository(line.upstream.url, 'containerdisks/ubuntu');
});
afterEach(() => line.close());

/** The path that KubeVirt's builder gives to the vendor's bytes, in any format. */
function packed(seed: number): Uint8Array {
  const image = tarFile('disk/disk.img', makeImage(seed));
  return gzipSync(tarArchive(tarHeader({ name: 'disk/', type: '5' }), image));
}

function push(seed: number, repository = made, tag = '24.04'): void {
  const layer = repository.blob(types.dockerLayer, packed(seed));
  const platform = { architecture: 'amd64', os: 'linux' };
  const own = repository.image('amd64', [layer]);
  repository.manifest(types.dockerList, { manifests: [{ ...own, platform }] }, tag);
  for (const [address, body] of Object.entries(repository.documents)) {
    line.upstream.route(new URL(address).pathname.slice(1), asRegistry(body));
  }
}

/** Serves only the types of manifests that the request accepts. */
function asRegistry(body: string | Uint8Array): UpstreamHandler | Uint8Array {
  if (typeof body !== 'string') return body;
  const mediaType: string | undefined = JSON.parse(body).mediaType;
  if (mediaType === undefined) return Buffer.from(body);
  return (request, response) => {
    const isAccepted = String(request.headers['accept']).split(', ').includes(mediaType);
    response.writeHead(isAccepted ? 200 : 404, { 'content-type': mediaType });
    response.end(isAccepted ? body : '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  };
}

const diskOf = (seed: number): string => sha256(makeDisk(2 * 1024 ** 2, seed));

it('a container disk of a registry on loopback becomes a disk', async () => {
  push(1);
  const image = await line.ensure(`oci:${host}/containerdisks/ubuntu:24.04`);
  expect(await sha256File(image.path)).toBe(diskOf(1));
  expect(image.trust.level).toBe('checksum');
  expect(image).toMatchObject({
    vendor: 'oci',
    release: `${host}/containerdisks/ubuntu:24.04`,
    snapshot: expect.stringMatching(/^sha256-[0-9a-f]{64}$/),
  });
});

it('a registry cannot be listed, and the error shows the form of a reference', async () => {
  await expect(listImages('oci')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    hint: expect.stringContaining('oci:quay.io/containerdisks/ubuntu:24.04'),
  });
});

it('a tag that moved is another disk, and its old digest still finds the first one', async () => {
  push(1);
  const reference = `oci:${host}/containerdisks/ubuntu:24.04`;
  const first = await line.ensure(reference);
  push(2);
  expect(await sha256File((await line.ensure(reference)).path)).toBe(diskOf(2));
  const digest = first.snapshot.replace('-', ':');
  line.asked();
  const pinned = await line.ensure(`${reference}@${digest}`, { refresh: true });
  expect(await sha256File(pinned.path)).toBe(diskOf(1));
  expect(line.asked()).not.toContain('24.04');
});

it('two repositories never share a name', async () => {
  push(1);
  const other = makeRepository(line.upstream.url, 'containerdisks/fedora');
  push(1, other);
  const references = ['ubuntu', 'fedora'].map((name) => `oci:${host}/containerdisks/${name}:24.04`);
  const images = [];
  for (const reference of references) images.push(await line.ensure(reference));
  expect(new Set(images.map(({ path }) => path)).size).toBe(2);
});

it('a layer other than the one in the manifest is refused', async () => {
  push(1);
  const [address = ''] = Object.keys(made.documents).filter((one) => one.includes('/blobs/'));
  line.upstream.route(new URL(address).pathname.slice(1), packed(2));
  await expect(line.ensure(`oci:${host}/containerdisks/ubuntu:24.04`)).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_(DIGEST|SIZE)$/),
  });
  expect(await line.visible()).toEqual([]);
});

it('a lock file pins the digest of a tag, and gives that disk', async () => {
  push(1);
  const lockfile = `${line.folder}/rootdisk.lock.json`;
  const reference = `oci:${host}/containerdisks/ubuntu:24.04`;
  const { cacheDir } = line;
  await lockImages(reference, { lockfile, arch: 'amd64', alias: 'vm', cacheDir });
  const { images } = await readLockFile(lockfile);
  expect(images).toMatchObject([
    { request: reference, architectures: { amd64: { entry: 'disk/', layers: ['gz', 'tar'] } } },
  ]);
  push(2);
  const image = await line.ensure('vm', { lockfile });
  expect(await sha256File(image.path)).toBe(diskOf(1));
});

it('plain http is allowed only for a registry on loopback that the caller named', async () => {
  push(1);
  await expect(line.ensure(`http://${host}/v2/x`)).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
  line.upstream.route('v2/containerdisks/ubuntu/manifests/moved', (_, response) => {
    response.writeHead(307, { location: 'http://registry.example/v2/x' });
    response.end();
  });
  await expect(line.ensure(`oci:${host}/containerdisks/ubuntu:moved`)).rejects.toMatchObject({
    code: 'ERR_UNTRUSTED',
  });
});
