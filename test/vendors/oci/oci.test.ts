import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Resolution } from '../../../src/kit.ts';
import { oci } from '../../../vendors/oci.ts';
import { tarArchive, tarFile, tarHeader } from '../../formats/make-tar.ts';
import { documents, layer, release, repository } from '../documents/oci.ts';
import { ask, type Documents, serveDocuments } from '../every/serve-documents.ts';
import { type MadeRepository, makeRepository, sha256Of, types } from './make-repository.ts';

const origin = 'https://registry.example/';
const named = (tag = 'latest'): string => `registry.example/vm/disks:${tag}`;

let site: Documents | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

async function resolve(
  made: Pick<MadeRepository, 'documents'>,
  wanted: string,
  more: Partial<ImageRequest> = {},
): Promise<Resolution> {
  await site?.close();
  site = await serveDocuments([origin, 'https://quay.io/'], made.documents);
  return ask(oci, site, wanted, 'amd64', more);
}

const title = (name: string) => ({ annotations: { 'org.opencontainers.image.title': name } });

describe('a container disk', () => {
  it('is the one layer of its manifest, whose digest the tag is pinned to', async () => {
    const image = await resolve({ documents }, release);
    const tagged = documents[`${repository.base}manifests/24.04`] ?? '';
    const digest = sha256Of(tagged);
    expect(image).toEqual({
      release,
      variant: 'default',
      snapshot: digest.replace(':', '-'),
      disk: [
        {
          url: new URL(`${repository.base}blobs/${layer.digest}`),
          fileName: 'ubuntu.tar.gz',
          sizeBytes: layer.size,
          layers: ['gz', 'tar'],
          entry: 'disk/',
          proofs: [{ kind: 'digest', digest: layer.digest, from: `the manifest ${digest}` }],
        },
      ],
    });
    const again = await resolve({ documents }, release, { snapshot: image.snapshot });
    expect(again).toEqual(image);
    // The tag may be another image by now: it is not requested.
    expect(site?.requests[0]).toBe(`GET ${repository.base}manifests/${digest}`);
  });

  it.each([
    ['sha256:%', release],
    ['sha256-%', 'QUAY.io/containerdisks/ubuntu'],
    ['%', release],
  ])('is the same for the digest %s', async (form, wanted) => {
    const digest = sha256Of(documents[`${repository.base}manifests/24.04`] ?? '');
    const snapshot = form.replace('%', digest.slice('sha256:'.length));
    const image = await resolve({ documents }, wanted, { snapshot });
    expect(image.snapshot).toBe(digest.replace(':', '-'));
    expect(image.release).toBe(wanted.toLowerCase());
  });

  it('is found by architecture in an index, and attestations are skipped', async () => {
    const made = makeRepository(origin, 'vm/disks');
    const of = (arch: string, size: number) =>
      made.image(arch, [{ ...layer, digest: sha256Of(arch), size }]);
    const platform = (architecture: string, variant?: string) => ({
      platform: { architecture, os: architecture === 'unknown' ? 'unknown' : 'linux', variant },
    });
    const manifests = [
      { ...of('arm64', 1), ...platform('arm64', 'v8') },
      { ...of('amd64', 3), ...platform('amd64', 'v3') },
      { ...of('amd64', 2), ...platform('amd64') },
      { ...of('other', 4), ...platform('unknown') },
    ];
    const index = made.manifest(types.dockerList, { manifests }, 'latest');
    const image = await resolve(made, 'registry.example/vm/disks');
    expect(image.disk[0]?.sizeBytes).toBe(2);
    expect(image).toMatchObject({ release: named(), snapshot: index.digest.replace(':', '-') });
    expect((await resolve(made, named(), { arch: 'arm64' })).disk[0]?.sizeBytes).toBe(1);
    await expect(resolve(made, named(), { arch: 's390x' })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'arch', known: ['arm64', 'amd64'] },
    });
  });

  it('is refused if it is another one than an index or a snapshot names', async () => {
    const made = makeRepository(origin, 'vm/disks');
    const own = made.image('amd64', [layer]);
    const platform = { architecture: 'amd64', os: 'linux' };
    made.manifest(types.index, { manifests: [{ ...own, platform }] }, 'latest');
    const other = makeRepository(origin, 'vm/disks');
    other.image('amd64', [{ ...layer, size: 7 }], 'other');
    const bytes = other.documents[`${other.base}manifests/other`] ?? '';
    made.documents[`${made.base}manifests/${own.digest}`] = bytes;
    const refused = { code: 'ERR_DIGEST', details: { actual: sha256Of(bytes) } };
    await expect(resolve(made, named())).rejects.toMatchObject(refused);
    const snapshot = own.digest.replace(':', '-');
    await expect(resolve(made, named(), { snapshot })).rejects.toMatchObject(refused);
  });

  it('can have an architecture that only its config states', async () => {
    const made = makeRepository(origin, 'vm/disks');
    made.image('arm64', [layer], 'arm');
    made.image(undefined, [layer], 'silent');
    await expect(resolve(made, named('arm'))).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'arch', known: ['arm64'] },
    });
    const { warnings } = await resolve(made, named('silent'));
    expect(warnings).toMatchObject([{ code: 'arch-unknown' }]);
  });

  it.each([
    ['', ['tar'], 'disks.tar'],
    ['+gzip', ['gz', 'tar'], 'disks.tar.gz'],
    ['+zstd', ['zst', 'tar'], 'disks.tar.zst'],
  ])('can have OCI types, compressed as %j', async (codec, layers, fileName) => {
    const made = makeRepository(origin, 'vm/disks');
    made.image('amd64', [{ ...layer, mediaType: `${types.layer}${codec}` }], 'latest');
    const { disk } = await resolve(made, named());
    expect(disk).toMatchObject([{ layers, fileName, entry: 'disk/' }]);
  });
});

describe('an image of several layers', () => {
  const lower = tarArchive(tarHeader({ name: 'disk/', type: '5' }), tarFile('disk/a.img', 'old'));
  const upper = tarArchive(tarFile('./disk/b.img', 'new'));
  const other = tarArchive(tarFile('etc/passwd', 'x'));
  const long = tarArchive(tarFile('etc/passwd', Buffer.alloc(2 * 1024 ** 2, 'x')));

  async function top(...layers: Uint8Array[]): Promise<string | undefined> {
    const made = makeRepository(origin, 'vm/disks');
    const packed = layers.map((bytes, at) =>
      at % 2 === 0
        ? made.blob(types.dockerLayer, gzipSync(bytes))
        : made.blob(`${types.layer}+zstd`, zstdCompressSync(bytes)),
    );
    made.image('amd64', packed, 'latest');
    const { disk } = await resolve(made, named());
    return packed
      .map(({ digest }, at) => [digest, at])
      .find(([digest]) => disk[0]?.url.href.endsWith(String(digest)))?.[1]
      ?.toString();
  }

  it('has its disk in the topmost layer with the folder', async () => {
    expect(await top(lower, other)).toBe('0');
    expect(await top(other, lower, upper, other)).toBe('2');
    expect(await top(long, lower)).toBe('1');
  });

  it.each([
    ['deletes the folder', [lower, tarArchive(tarFile('.wh.disk', ''))], /deletes the folder/],
    ['is too long to be searched', [lower, long, other].slice(0, 2), /too long/],
  ])('is refused if a layer above it %s', async (_, layers, message) => {
    // Compressed, it is short enough to be read whole.
    const made = makeRepository(origin, 'vm/disks');
    const plain = layers.map((bytes) => made.blob(types.layer, bytes));
    made.image('amd64', plain, 'latest');
    await expect(resolve(made, named())).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED_FORMAT',
      message: expect.stringMatching(message),
    });
  });

  it('is refused if no layer holds it', async () => {
    await expect(top(other, other)).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED_FORMAT',
      message: expect.stringMatching(/has no disk/),
    });
  });
});

describe('an artifact', () => {
  const config = {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: sha256Of('{}'),
    size: 2,
  };
  const part = (name: string, role?: string, mediaType = 'application/octet-stream') => ({
    mediaType,
    digest: sha256Of(`${name}${role}`),
    size: 9,
    annotations: { ...title(name).annotations, ...(role && { 'vnd.rootdisk.role': role }) },
  });

  async function of(layers: object[], more: object = {}): Promise<Resolution> {
    const made = makeRepository(origin, 'vm/disks');
    made.manifest(types.oci, { config, layers, ...more }, 'latest');
    site = await serveDocuments([origin], made.documents);
    const context = { ...site.context, boot: true };
    return oci.resolve({ vendor: 'oci', release: named(), arch: 'amd64' }, context);
  }

  it('has its disk in the layer with the file name of a disk', async () => {
    const image = await of([part('README.md'), part('disk.qcow2')]);
    expect(image.disk).toMatchObject([{ fileName: 'disk.qcow2', layers: ['qcow2'] }]);
    expect(image.disk[0]).not.toHaveProperty('entry');
    expect(image.warnings).toMatchObject([{ code: 'arch-unknown' }]);
  });

  it('of this package has its disk and its boot files by their roles', async () => {
    const source = 'application/vnd.rootdisk.source.v1';
    const parts = [
      part('noble-server.img', 'disk', source),
      part('vmlinuz', 'kernel', source),
      part('initrd', 'initrd', source),
    ];
    const image = await of(parts, { artifactType: 'application/vnd.rootdisk.image.v1+json' });
    expect(image.disk).toMatchObject([{ fileName: 'noble-server.img', layers: [] }]);
    expect(image.boot).toMatchObject({
      kernel: { fileName: 'vmlinuz', layers: [] },
      initrd: { fileName: 'initrd' },
    });
  });

  it.each([
    ['of Tart', [part('', undefined, 'application/vnd.cirruslabs.tart.disk.v2')], /Tart/],
    ['without a disk', [part('README.md')], /no disk, only application\/octet-stream/],
    ['without a layer', [], /no disk, only application\/vnd\.oci\.empty/],
  ])('%s is refused', async (_, layers, message) => {
    await expect(of(layers)).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED_FORMAT',
      message: expect.stringMatching(message),
    });
  });

  it('with two disks is refused', async () => {
    await expect(of([part('a.qcow2'), part('b.raw.xz')])).rejects.toMatchObject({
      message: expect.stringMatching(/"a\.qcow2", "b\.raw\.xz"/),
    });
  });
});

describe('a name', () => {
  it.each([
    [
      'docker.io/alpine',
      'https://registry-1.docker.io/v2/library/alpine/',
      'docker.io/library/alpine:latest',
    ],
    ['docker.io/a/b:1_X', 'https://registry-1.docker.io/v2/a/b/', 'docker.io/a/b:1_X'],
    ['LOCALHOST:5000/a:1', 'http://localhost:5000/v2/a/', 'localhost:5000/a:1'],
    ['127.0.0.1/a', 'http://127.0.0.1/v2/a/', '127.0.0.1/a:latest'],
    ['[::1]:5000/a', 'http://[::1]:5000/v2/a/', '[::1]:5000/a:latest'],
    ['10.0.0.1:5000/a', 'https://10.0.0.1:5000/v2/a/', '10.0.0.1:5000/a:latest'],
  ])('%s is requested below %s', async (wanted, base, whole) => {
    const asked: string[] = [];
    const find = async (url: URL | string) => {
      asked.push(String(url));
      return undefined;
    };
    site = await serveDocuments([origin], {});
    const context = { ...site.context, http: { ...site.context.http, find } };
    const request: ImageRequest = { vendor: 'oci', release: wanted, arch: 'amd64' };
    await expect(oci.resolve(request, context)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'release', value: whole },
    });
    expect(asked).toEqual([`${base}manifests/${whole.slice(whole.lastIndexOf(':') + 1)}`]);
  });

  it.each([
    'ubuntu',
    'containerdisks/ubuntu',
    'quay.io/Ubuntu',
    'quay.io/a/../b',
    'quay.io/a:',
    `quay.io/${'a'.repeat(250)}`,
  ])('%s is not a valid name', async (wanted) => {
    await expect(resolve({ documents: {} }, wanted)).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      hint: expect.stringContaining('oci:HOST/REPOSITORY:TAG'),
      details: { field: 'release' },
    });
    expect(site?.requests).toEqual([]);
  });
});
