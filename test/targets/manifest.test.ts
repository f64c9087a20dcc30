import { describe, expect, test } from 'vitest';
import type { DeliveryImage } from '../../src/contracts/target.ts';
import { buildManifest } from '../../src/targets/manifest/build-manifest.ts';
import { checkManifest } from '../../src/targets/manifest/check-manifest.ts';
import { pairNames } from '../../src/targets/manifest/names.ts';
import { imageUuid } from '../../src/targets/manifest/uuid.ts';
import { detectCompression } from '../../src/targets/pair/stream-file.ts';

const now = new Date('2026-07-26T12:00:00.500Z');
const stream = { sha1: 'a'.repeat(40), size: 1000 };
const noble: DeliveryImage = {
  ...{ vendor: 'ubuntu', release: '24.04', codename: 'noble', variant: 'server', arch: 'amd64' },
  ...{ snapshot: '20260725', url: 'https://cloud-images.ubuntu.com/', digests: [] },
  guest: { user: 'ubuntu', seed: 'nocloud', ssh: true, firmware: ['bios', 'uefi'] },
  uuid: 'c3a51c90-2050-59c7-973f-e855bdbfc379',
  virtualSize: 3758096384 + 1,
};

// The first is Ubuntu 24.04 of 20260725, the last the digest of an empty file.
test.each([
  [
    'd1940f7d69d343355e183dff1e08a59852d32e7309baa7a4bad8365b11b005ac',
    '08fe4346-3713-595e-be0a-a7ddb58547e4',
    'c3a51c90-2050-59c7-973f-e855bdbfc379',
  ],
  [
    '32a9d30d18803da72f5936cf2b7b9efcb4d0bb63c67933f17e3bdfd1751de3f3',
    'e66c818f-8c75-5e9c-9a45-a0479a56b393',
    '0f0bf8e1-a03c-5595-9018-7a6d8ebfa04c',
  ],
  [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'df0c308d-1165-59e6-884d-106a70d0a3d8',
    'ff3dbf9c-dba7-5bcb-84ba-cd5d307cf6f3',
  ],
])('%s has a UUID by each namespace', (sha256, triton, rootdisk) => {
  expect(imageUuid(sha256, 'triton')).toBe(triton);
  expect(imageUuid(sha256, 'rootdisk')).toBe(rootdisk);
});

describe('a new manifest', () => {
  test('has the fields that a bhyve machine needs, and passes the check', () => {
    const manifest = buildManifest(noble, { now, stream });
    expect(manifest).toEqual({
      v: 2,
      uuid: noble.uuid,
      owner: '00000000-0000-0000-0000-000000000000',
      name: 'ubuntu-noble-nocloud',
      version: '20260725',
      state: 'active',
      disabled: false,
      public: true,
      published_at: '2026-07-26T12:00:00Z',
      type: 'zvol',
      os: 'linux',
      description: expect.any(String),
      files: [{ ...stream, compression: 'gzip' }],
      nic_driver: 'virtio',
      disk_driver: 'virtio',
      cpu_type: 'host',
      image_size: 3585,
      requirements: {
        networks: [{ name: 'net0', description: 'public' }],
        brand: 'bhyve',
        bootrom: 'uefi',
        ssh_key: true,
        min_platform: { '7.0': '20260306T044811Z' },
      },
      tags: { role: 'os', 'org.smartos:cloudinit_datasource': 'nocloud' },
    });
    expect(checkManifest(manifest)).toMatchObject({ uuid: noble.uuid, file: stream });
  });

  const requirementsOf = (image: Partial<DeliveryImage>) =>
    buildManifest({ ...noble, ...image }, { now }).requirements;

  test('Talos takes no ssh key, and an image that boots only with BIOS gets its bootrom', () => {
    const talos = { seed: 'talos', ssh: false, firmware: ['bios', 'uefi'] } as const;
    const guest = { ...talos, firmware: [...talos.firmware] };
    expect(requirementsOf({ vendor: 'talos', guest }).ssh_key).toBe(false);
    expect(requirementsOf({ guest: { firmware: ['bios'] } }).bootrom).toBe('bios');
  });

  test.each([
    [{ vendor: 'arch', release: 'rolling' }, 'arch-rolling-nocloud', 'linux'],
    [{ vendor: 'debian', release: '13', codename: 'trixie' }, 'debian-trixie-nocloud', 'linux'],
    [{ vendor: 'freebsd', release: '14.3' }, 'freebsd-14.3-nocloud', 'bsd'],
    [{ vendor: 'omnios', release: 'r151054' }, 'omnios-r151054-nocloud', 'illumos'],
    [{ vendor: 'url', release: 'a b/c' }, 'url-a-b-c-nocloud', 'other'],
  ])('%j is %s', (about, name, os) => {
    const { codename: _, ...bare } = noble;
    expect(buildManifest({ ...bare, ...about }, { now })).toMatchObject({ name, os });
  });

  test('the pair is named after vendor, series and build', () => {
    expect(pairNames(noble)).toEqual({
      stream: 'ubuntu-noble-20260725.x86_64.zfs.gz',
      manifest: 'ubuntu-noble-20260725.json',
    });
    const hostile = { ...noble, codename: '../../etc', snapshot: '../x' };
    expect(Object.values(pairNames(hostile)).join()).not.toContain('/');
  });
});

test.each([
  [{ sha256: 'x' }, 'sha256'],
  [{ uuid: 'C3A51C90-2050-59C7-973F-E855BDBFC379' }, 'uuid'],
  [{ name: 'ubuntu@noble' }, 'name'],
  [{ version: '' }, 'version'],
  [{ type: 'disk' }, 'type'],
  [{ os: 'beos' }, 'os'],
  [{ image_size: 3584.5 }, 'image_size'],
  [{ type: 'zone-dataset' }, 'nic_driver'],
  [{ files: [] }, 'files'],
  [{ files: [{ ...stream, compression: 'zstd' }] }, 'files[0].compression'],
  [{ files: [{ ...stream, size: 21 * 1024 ** 3, compression: 'gzip' }] }, 'files[0].size'],
  [{ files: [{ ...stream, size: 0, compression: 'gzip' }] }, 'files[0].size'],
  [{ requirements: { bootrom: 'uefi' } }, 'requirements.bootrom'],
  [{ requirements: { brand: 'kvm', bootrom: 'uefi' } }, 'requirements.bootrom'],
  [{ requirements: { networks: [{ name: 'net0' }] } }, 'requirements.networks[0]'],
  [{ requirements: { min_platform: { '7.0': '2026' } } }, 'requirements.min_platform["7.0"]'],
  [{ requirements: { brand: 'bhyve', cores: 2 } }, 'requirements.cores'],
  [{ tags: { deep: {} } }, 'tags["deep"]'],
  [{ origin: 'none' }, 'origin'],
])('a manifest with %j is refused before it is sent', (change, field) => {
  const manifest = { ...buildManifest(noble, { now, stream }), ...change };
  const refused = { code: 'ERR_INVALID_REQUEST', details: { field } };
  expect(() => checkManifest(manifest)).toThrow(expect.objectContaining(refused));
});

test.each([undefined, null, [], 'text', { v: 3 }])('%j is not a manifest', (value) => {
  expect(() => checkManifest(value)).toThrow(/the manifest/);
});

test.each([
  [[0x1f, 0x8b, 8], 'gzip'],
  [[0x42, 0x5a, 0x68, 0x39], 'bzip2'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'xz'],
  [[0, 0, 0, 0], 'none'],
  [[], 'none'],
])('a file that begins with %j is %s', (bytes, compression) => {
  expect(detectCompression(new Uint8Array(bytes))).toBe(compression);
});
