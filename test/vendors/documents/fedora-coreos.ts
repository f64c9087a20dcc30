import { createHash } from 'node:crypto';

export const host: string = 'https://builds.coreos.fedoraproject.org/';
export const origins: string[] = [host];

export function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

interface File {
  location: string;
  signature: string;
  sha256: string;
  'uncompressed-sha256'?: string;
}

function file(stream: string, version: string, word: string, name: string, inner = false): File {
  const location = `${host}prod/streams/${stream}/builds/${version}/${word}/${name}`;
  return {
    location,
    signature: `${location}.sig`,
    sha256: digestOf(name),
    ...(inner && { 'uncompressed-sha256': digestOf(`${name} inside`) }),
  };
}

/** The formats of a platform, under their key in the document. */
function formatsOf(stream: string, version: string, word: string) {
  const stem = `fedora-coreos-${version}`;
  const own = (name: string, inner = false) => file(stream, version, word, name, inner);
  return {
    aws: { 'vmdk.xz': { disk: own(`${stem}-aws.${word}.vmdk.xz`) } },
    metal: {
      '4k.raw.xz': { disk: own(`${stem}-metal4k.${word}.raw.xz`, true) },
      iso: { disk: own(`${stem}-live-iso.${word}.iso`) },
      pxe: {
        kernel: own(`${stem}-live-kernel.${word}`),
        initramfs: own(`${stem}-live-initramfs.${word}.img`),
        rootfs: own(`${stem}-live-rootfs.${word}.img`),
      },
      'raw.xz': { disk: own(`${stem}-metal.${word}.raw.xz`, true) },
    },
    qemu: { 'qcow2.xz': { disk: own(`${stem}-qemu.${word}.qcow2.xz`, true) } },
  };
}

/** `streams/<stream>.json`. */
export function streamOf(stream: string, version: string, words: string[]): string {
  const architectures = words.map((word) => {
    const platforms = Object.entries(formatsOf(stream, version, word));
    const artifacts = platforms.map(([name, formats]) => [name, { release: version, formats }]);
    return [word, { artifacts: Object.fromEntries(artifacts), images: { aws: {} } }];
  });
  const metadata = { 'last-modified': '2026-09-22T16:05:00Z', generator: 'generator v0.2.23' };
  return JSON.stringify(
    { stream, metadata, architectures: Object.fromEntries(architectures) },
    null,
    2,
  );
}

/** `release.json` of one build. */
export function buildOf(stream: string, version: string, words: string[]): string {
  const architectures = words.map((word) => {
    const platforms = Object.entries(formatsOf(stream, version, word));
    const media = platforms.map(([name, artifacts]) => [name, { artifacts }]);
    return [word, { commit: digestOf(word), media: Object.fromEntries(media) }];
  });
  return JSON.stringify(
    { release: version, stream, architectures: Object.fromEntries(architectures) },
    null,
    2,
  );
}

export const current: string = '44.20260905.3.0';
export const earlier: string = '43.20260301.3.1';
export const beta: string = '44.20260919.2.0';
const words = ['aarch64', 'ppc64le', 's390x', 'x86_64'];
const builds = `${host}prod/streams/`;

export const documents: Record<string, string> = {
  [`${host}streams/stable.json`]: streamOf('stable', current, words),
  [`${host}streams/testing.json`]: streamOf('testing', beta, words),
  [`${host}streams/next.json`]: streamOf('next', '45.20260919.1.0', ['aarch64', 'x86_64']),
  [`${builds}stable/builds/${earlier}/release.json`]: buildOf('stable', earlier, ['x86_64']),
  [`${builds}testing/builds/${beta}/release.json`]: buildOf('testing', beta, words),
  [`${builds}stable/releases.json`]: JSON.stringify({
    stream: 'stable',
    releases: [earlier, current].map((version) => ({ version, commits: [] })),
  }),
};
