import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { cli } from './built-package.ts';
import type { Contender, Job, Step } from './contender.ts';
import { digestDisk } from './digest-disk.ts';
import type { Images } from './prepare-images.ts';
import { systemdPull } from './programs.ts';
import type { Nginx } from './start-nginx.ts';

const host = 'cloud.debian.org';
const archive = 'ftp.debian.org';
const release = fileURLToPath(new URL('../fixtures/debian/bookworm.Release', import.meta.url));
const builds = ['-2290', '-2289', '-2288', '-2287', '-2286', '-2285', '-2284', '-2283'];
const [serial = '', ...olderSerials] = builds.map((build) => `20261102${build}`);
const nameOf = (build: string): string => `debian-12-genericcloud-amd64-${build}.qcow2`;
const pathOf = (build: string): string => `${host}/images/cloud/bookworm/${build}/${nameOf(build)}`;
const name = nameOf(serial);
const imagePath = pathOf(serial);

/** The reference of the newest served build. */
export const pinned: string = `debian:bookworm@${serial}`;
/** The references of all builds, which have the same disk. */
export const pinnedBuilds: readonly string[] = [serial, ...olderSerials].map(
  (build) => `debian:bookworm@${build}`,
);

/** The mirror options for a site on loopback, by address prefix. */
export function mirrorsTo(url: string): Record<string, string> {
  return Object.fromEntries([host, archive].map((name) => [`https://${name}/`, `${url}${name}/`]));
}

/** The public key of the signer of `InRelease`, to be trusted in addition to the vendor's own. */
export function keyFileOf({ root }: Pick<Nginx, 'root'>): string {
  return join(root, 'signer.asc');
}

/**
 * Publishes the qcow2 in Debian's layout, as eight builds with their lists of digests, and one more list that
 * systemd-pull reads.
 */
export async function layOutSite(nginx: Nginx, qcow2: string): Promise<void> {
  const { root } = nginx;
  const sha256 = await hashFile(qcow2, 'sha256');
  const sha512 = await hashFile(qcow2, 'sha512');
  for (const build of [serial, ...olderSerials]) {
    const image = join(root, pathOf(build));
    const folder = dirname(image);
    await mkdir(folder, { recursive: true });
    await link(qcow2, image).catch(() => symlink(qcow2, image));
    await writeFile(join(folder, 'SHA256SUMS'), `${sha256}  ${nameOf(build)}\n`);
    await writeFile(join(folder, 'SHA512SUMS'), `${sha512}  ${nameOf(build)}\n`);
  }
  const suite = join(root, archive, 'debian/dists/bookworm');
  await mkdir(suite, { recursive: true });
  const signer = createOpenpgpSigner();
  await writeFile(join(suite, 'InRelease'), signer.clearsign(await readFile(release, 'utf8')));
  await writeFile(keyFileOf(nginx), signer.publicKey);
}

/** From a reference to a verified raw disk, compared with the combinations of programs in common use. */
export async function wholeJobs(
  nginx: Nginx,
  images: Images,
  installed: ReadonlyMap<string, string>,
): Promise<Job[]> {
  const packed = await digestDisk(images.qcow2);
  const sha256 = await hashFile(images.qcow2, 'sha256');
  return Object.entries(nginx.urls).map(([speed, url]) => {
    const image = `${url}${imagePath}`;
    const ca = url.startsWith('https:') ? nginx.ca : undefined;
    const contenders = [
      rootdiskEnsure(url, keyFileOf(nginx), images.expected, ca),
      ...(installed.has('curl') ? [byHand(image, sha256, images.expected, ca)] : []),
      // It supports no certificate authority of the caller.
      ...(installed.has(systemdPull) && ca === undefined ? [pull(image, images.expected)] : []),
      ...(installed.has('curl') ? [download(image, packed, ca)] : []),
    ];
    const note =
      'debian:bookworm is downloaded as a qcow2 (zlib), verified and converted; curl alone only downloads it.';
    return { title: `debian:bookworm ${speed}`, note, contenders };
  });
}

/** The whole job with an unlimited server, with further options. */
export function ensureBookworm(
  nginx: Nginx,
  expected: string,
  name: string,
  more: readonly string[],
): Contender {
  return rootdiskEnsure(nginx.fastUrl, keyFileOf(nginx), expected, undefined, { name, more });
}

function rootdiskEnsure(
  url: string,
  keyFile: string,
  expected: string,
  ca: string | undefined,
  { name = 'rootdisk', more = [] }: { name?: string; more?: readonly string[] } = {},
): Contender {
  return {
    name,
    expected,
    steps: (folder) => [
      {
        program: process.execPath,
        parameters: [
          ...[cli, 'ensure', 'debian:bookworm', '--arch', 'amd64', '--quiet'],
          ...Object.entries(mirrorsTo(url)).flatMap(([from, to]) => ['--mirror', `${from}=${to}`]),
          ...['--key', keyFile, '--cache-dir', join(folder, 'cache')],
          ...(ca === undefined ? [] : ['--ca', ca]),
          ...more,
        ],
      },
    ],
    made: (_, printed) => printed.trim(),
  };
}

const curl = (url: string, file: string, ca: string | undefined): Step => ({
  program: 'curl',
  parameters: ['-sSf', ...(ca === undefined ? [] : ['--cacert', ca]), '-o', file, url],
});

function byHand(url: string, sha256: string, expected: string, ca: string | undefined): Contender {
  return {
    name: 'curl, sha256sum, qemu-img',
    expected,
    steps: (folder) => {
      const file = join(folder, name);
      const check = 'echo "$1  $2" | sha256sum --quiet -c';
      const convert = ['convert', '-m', '16', '-W', '-f', 'qcow2', '-O', 'raw'];
      return [
        curl(url, file, ca),
        { program: 'sh', parameters: ['-c', check, 'sh', sha256, file] },
        { program: 'qemu-img', parameters: [...convert, file, join(folder, 'out.raw')] },
      ];
    },
    made: (folder) => join(folder, 'out.raw'),
  };
}

function pull(url: string, expected: string): Contender {
  return {
    name: 'systemd-pull raw',
    expected,
    steps: (folder) => [
      {
        program: systemdPull,
        parameters: [
          ...['raw', '--verify=checksum', '--settings=no', '--roothash=no'],
          // Without a second copy under another name.
          ...['--roothash-signature=no', '--verity=no', `--image-root=${folder}`, url, '-'],
        ],
      },
    ],
    made: (folder) => join(folder, readdirSync(folder).find((name) => name.endsWith('.raw')) ?? ''),
  };
}

/** Only downloads an address. */
export function download(url: string, expected: string, ca: string | undefined): Contender {
  const made = (folder: string): string => join(folder, name);
  const steps = (folder: string): Step[] => [curl(url, made(folder), ca)];
  return { name: 'curl alone', expected, floor: true, steps, made };
}

export async function hashFile(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
