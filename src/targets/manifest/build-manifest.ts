import type { DeliveryImage } from '../../contracts/target.ts';
import { defined } from '../../kit/defined.ts';
import type { ImageManifest, StreamFacts } from './image-manifest.ts';
import { manifestName, manifestVersion } from './names.ts';

/** An image without a specific owner: sdc-imgapi, docs/index.md. */
const unsetOwner = '00000000-0000-0000-0000-000000000000';
/** The first platform whose bhyve passes a NoCloud seed to the guest: TritonDataCenter/monitor-reef, manifest.rs. */
const minPlatform = '20260306T044811Z';

/** Vendors of systems other than Linux; without a vendor the system is unknown. */
const systems: Readonly<Record<string, ImageManifest['os']>> = {
  freebsd: 'bsd',
  openbsd: 'bsd',
  omnios: 'illumos',
  url: 'other',
  file: 'other',
  'http-index': 'other',
};

/** The manifest of an image; without `stream`, that of a plan. */
export function buildManifest(
  image: DeliveryImage,
  { now, stream }: { now: Date; stream?: StreamFacts },
): ImageManifest {
  const { vendor, release, snapshot, guest, uuid, virtualSize } = image;
  const firmware = guest?.firmware ?? [];
  return {
    v: 2,
    ...defined({ uuid }),
    owner: unsetOwner,
    name: manifestName(image),
    version: manifestVersion(image),
    state: 'active',
    disabled: false,
    public: true,
    published_at: `${now.toISOString().slice(0, 19)}Z`,
    type: 'zvol',
    os: systems[vendor] ?? 'linux',
    description:
      `${vendor} ${release}, build ${snapshot}, as its vendor published it; for bhyve.`.slice(
        0,
        512,
      ),
    ...defined({
      files: stream && ([{ ...stream, compression: 'gzip' }] satisfies ImageManifest['files']),
    }),
    nic_driver: 'virtio',
    disk_driver: 'virtio',
    cpu_type: 'host',
    ...defined({ image_size: virtualSize === undefined ? undefined : wholeMib(virtualSize) }),
    requirements: {
      networks: [{ name: 'net0', description: 'public' }],
      brand: 'bhyve',
      // Only an image that supports nothing but BIOS gets `bios`; images that state nothing support both.
      bootrom: firmware.includes('bios') && !firmware.includes('uefi') ? 'bios' : 'uefi',
      ssh_key: guest?.ssh !== false,
      min_platform: { '7.0': minPlatform },
    },
    tags: {
      role: 'os',
      ...defined({
        'org.smartos:cloudinit_datasource':
          (guest?.seed ?? 'nocloud') === 'nocloud' ? ('nocloud' as const) : undefined,
      }),
    },
  };
}

/** Bytes as MiB, rounded up: the size of a zvol is in whole MiB. */
export function wholeMib(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}
