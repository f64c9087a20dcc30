import { expect, test } from 'vitest';
import type { Digest } from '../../../src/contracts/proof.ts';
import {
  formatImageManifest,
  type ImageLayer,
  type RegistryImage,
  withLayer,
} from '../../../src/oci/layout/image-manifest.ts';
import { mediaTypes } from '../../../src/oci/layout/media-types.ts';
import { parseImageManifest } from '../../../src/oci/layout/parse-image-manifest.ts';

const sum = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

const disk: ImageLayer = {
  role: 'disk',
  fileName: 'debian-12.qcow2',
  digest: sum('a'),
  sizeBytes: 1234,
  url: 'https://cloud.debian.org/debian-12.qcow2',
  sha512: `sha512:${'b'.repeat(128)}`,
};
const kernel: ImageLayer = {
  role: 'kernel',
  fileName: 'vmlinuz',
  digest: sum('c'),
  sizeBytes: 12,
};
const image: RegistryImage = {
  name: 'debian_12__amd64_1',
  config: { digest: sum('d'), sizeBytes: 99 },
  layers: [disk, kernel],
};

function parse(bytes: Uint8Array, name = image.name): RegistryImage {
  return parseImageManifest({ bytes, mediaType: mediaTypes.manifest }, 'r/i:t', name);
}

type Json = ReturnType<typeof JSON.parse>;

/** The manifest after a change of its JSON. */
function changed(change: (manifest: Json) => void): Uint8Array {
  const manifest: Json = JSON.parse(new TextDecoder().decode(formatImageManifest(image)));
  change(manifest);
  return new TextEncoder().encode(JSON.stringify(manifest));
}

test('an image is read back as written', () => {
  expect(parse(formatImageManifest(image))).toEqual(image);
});

test('the same image gives the same bytes, for any order of its files', () => {
  const other = formatImageManifest({ ...image, layers: [kernel, disk] });
  expect(other).toEqual(formatImageManifest(image));
});

test('the manifest has the fields that registries and copying programs require of an artifact', () => {
  const manifest = JSON.parse(new TextDecoder().decode(formatImageManifest(image)));
  expect(manifest).toMatchObject({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.rootdisk.image.v1+json',
    config: { mediaType: 'application/vnd.rootdisk.image.config.v1+json', size: 99 },
    annotations: { 'vnd.rootdisk.name': image.name },
  });
  expect(manifest.layers[0]).toEqual({
    mediaType: 'application/vnd.rootdisk.source.v1',
    digest: disk.digest,
    size: 1234,
    annotations: {
      'org.opencontainers.image.title': 'debian-12.qcow2',
      'vnd.rootdisk.role': 'disk',
      'vnd.rootdisk.sha512': disk.sha512,
      'vnd.rootdisk.url': disk.url,
    },
  });
});

test('a file replaces the one with the same role', () => {
  const again = { ...kernel, digest: sum('e') };
  expect(withLayer(image, again).layers).toEqual([disk, again]);
  const initrd: ImageLayer = { ...kernel, role: 'initrd' };
  expect(withLayer(image, initrd).layers).toEqual([disk, kernel, initrd]);
});

test('a manifest of another type is named', () => {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  expect(() => parseImageManifest({ bytes: new Uint8Array(), mediaType }, 'r/i:t')).toThrow(
    /r\/i:t is a application\/vnd.oci.image.index.v1\+json, not the image/,
  );
});

test.each([
  ['text that is not JSON', new TextEncoder().encode('{'), /is not JSON/],
  ['a value that is not an object', new TextEncoder().encode('[]'), /should be an object/],
  ['an image of a container', changed((m) => delete m['artifactType']), /not an artifact/],
  [
    'an artifact of another program',
    changed((m) => (m['artifactType'] = 'application/vnd.cncf.helm.config.v1+json')),
    /helm/,
  ],
  [
    'the image of another name',
    changed((m) => (m['annotations']['vnd.rootdisk.name'] = 'debian_11__amd64_1')),
    /the image "debian_11__amd64_1"/,
  ],
  ['no name', changed((m) => delete m['annotations']), /annotations/],
  ['a config of another type', changed((m) => (m['config'].mediaType = 'x/y')), /config.mediaType/],
  ['a huge config', changed((m) => (m['config'].size = 2 ** 40)), /config.size/],
  ['a layer of another type', changed((m) => (m['layers'][0].mediaType = 'x/y')), /mediaType/],
  ['a sha512 as digest', changed((m) => (m['layers'][0].digest = disk.sha512)), /no sha256/],
  ['an invalid digest', changed((m) => (m['layers'][0].digest = 'sha256:12')), /digest/],
  ['a negative size', changed((m) => (m['layers'][0].size = -1)), /size is -1/],
  ['a size that is a text', changed((m) => (m['layers'][0].size = '12')), /size is "12"/],
  ['an absurd size', changed((m) => (m['layers'][0].size = 2 ** 60)), /size/],
  ['half a byte', changed((m) => (m['layers'][0].size = 0.5)), /size is 0.5/],
  [
    'a file name that is a path',
    changed((m) => (m['layers'][0].annotations['org.opencontainers.image.title'] = '../x')),
    /title/,
  ],
  [
    'no file name',
    changed((m) => delete m['layers'][0].annotations['org.opencontainers.image.title']),
    /title/,
  ],
  [
    'an unknown role',
    changed((m) => (m['layers'][1].annotations['vnd.rootdisk.role'] = 'firmware')),
    /role"\] is "firmware"/,
  ],
  [
    'two disks',
    changed((m) => (m['layers'][1].annotations['vnd.rootdisk.role'] = 'disk')),
    /two files with one role/,
  ],
  [
    'an invalid checksum',
    changed((m) => (m['layers'][0].annotations['vnd.rootdisk.sha512'] = disk.digest)),
    /no sha512/,
  ],
])('%s is refused with its name', (_, bytes, message) => {
  expect(() => parse(bytes)).toThrow(message);
  expect(() => parse(bytes)).toThrow(expect.objectContaining({ code: 'ERR_METADATA' }));
});
