export const origin: string = 'https://images.example/';
export const server: string = `${origin}lxd/`;
export const index: string = `${server}streams/v1/index.json`;
export const products: string = `${server}streams/v1/images.json`;

export const digests = {
  noble: 'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
  cloud: 'a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2',
  arm: 'a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3',
  older: 'a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4',
  rocky: 'b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1',
  alma: 'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2',
};

/** One build on a server of LXD or Incus: the metadata, a container and, if there is one, a disk. */
function buildOf(folder: string, sha256?: string): object {
  const disk = {
    ftype: 'disk-kvm.img',
    sha256,
    size: 283115520,
    path: `${folder}/disk.qcow2`,
  };
  return {
    items: {
      'lxd.tar.xz': {
        ftype: 'lxd.tar.xz',
        sha256: 'c'.repeat(64),
        size: 676,
        path: `${folder}/lxd.tar.xz`,
        combined_sha256: 'd'.repeat(64),
        combined_squashfs_sha256: 'e'.repeat(64),
        ...(sha256 !== undefined && { 'combined_disk-kvm-img_sha256': 'f'.repeat(64) }),
      },
      'root.squashfs': {
        ftype: 'squashfs',
        sha256: '9'.repeat(64),
        size: 117616640,
        path: `${folder}/rootfs.squashfs`,
      },
      ...(sha256 !== undefined && { 'disk.qcow2': disk }),
    },
  };
}

function productOf(
  name: [os: string, release: string, arch: string, variant: string],
  aliases: string,
  builds: Record<string, string | undefined>,
): [string, Record<string, unknown>] {
  const [os, release, arch, variant] = name;
  const folder = `images/${os.toLowerCase()}/${release}/${arch}/${variant}`;
  const versions = Object.entries(builds).map(([build, sha256]) => [
    build,
    buildOf(`${folder}/${build}`, sha256),
  ]);
  return [
    `${os.toLowerCase()}:${release}:${arch}:${variant}`,
    {
      aliases,
      arch,
      os,
      release,
      release_title: release,
      requirements: { secureboot: 'false' },
      variant,
      versions: Object.fromEntries(versions),
    },
  ];
}

export const lxdProducts: Record<string, unknown> = {
  content_id: 'images',
  datatype: 'image-downloads',
  format: 'products:1.0',
  products: Object.fromEntries([
    productOf(
      ['Ubuntu', 'noble', 'amd64', 'default'],
      'ubuntu/noble/default,ubuntu/noble,ubuntu/24.04',
      {
        '20261119_07:42': digests.noble,
        '20261118_07:42': digests.older,
      },
    ),
    productOf(['Ubuntu', 'noble', 'amd64', 'cloud'], 'ubuntu/noble/cloud,ubuntu/24.04/cloud', {
      '20261119_07:42': undefined,
      '20261118_07:42': digests.cloud,
    }),
    productOf(['Ubuntu', 'noble', 'arm64', 'default'], 'ubuntu/noble/default,ubuntu/noble', {
      '20261119_07:42': digests.arm,
    }),
    productOf(['Rockylinux', '9', 'amd64', 'default'], 'rockylinux/9/default,rockylinux/9', {
      '20261119_02:06': digests.rocky,
    }),
    productOf(['Almalinux', '9', 'amd64', 'default'], 'almalinux/9/default,almalinux/9', {
      '20261118_23:08': digests.alma,
    }),
    productOf(['Busybox', '1.36.1', 'amd64', 'default'], 'busybox/1.36.1', {
      '20261119_06:00': undefined,
    }),
    productOf(['Debian', 'trixie', 'mips64el', 'default'], 'debian/13', {
      '20261119_05:24': digests.older,
    }),
  ]),
};

export function indexOf(contents: Record<string, string>): string {
  const entries = Object.entries(contents).map(([contentId, path]) => [
    contentId,
    { datatype: 'image-downloads', path, format: 'products:1.0', products: [] },
  ]);
  // The same index also has image ids of clouds.
  const aws = { datatype: 'image-ids', path: 'streams/v1/aws.json', format: 'products:1.0' };
  return JSON.stringify({
    index: { 'com.example:aws': aws, ...Object.fromEntries(entries) },
    format: 'index:1.0',
  });
}

export const documents: Record<string, string> = {
  [index]: indexOf({ images: 'streams/v1/images.json' }),
  [products]: JSON.stringify(lxdProducts),
};
