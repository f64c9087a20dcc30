import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { builtIns, createRootdisk } from '../../src/index.ts';
import { type Artifact, defineVendor, parseChecksums, type Vendor } from '../../src/kit.ts';
import { debian } from '../../vendors/debian.ts';
import { debianArchiveKeys } from '../../vendors/keys/debian.ts';
import { download, type InstallerPackage, unpackInstaller } from './installer-package.ts';
import { runCli } from './run-cli.ts';
import { readScreen } from './serial-screen.ts';
import { hashFile, place, type Site, startSite, write } from './site.ts';
import { startKernel } from './start-kernel.ts';
import { readArchive, requirePrograms } from './system-packages.ts';

const main = 'https://ftp.debian.org/debian/';
const asks = /(?:Select a|Choose (?:the|a)) language/;
/** The screen is complete with its last line. */
const asked = new RegExp(`${asks.source}[^]*<Go Back>`);

let folder: string;
let archive: string;
let site: Site;
let installer: InstallerPackage | undefined;
let kept: { kernel: string; initrd: string } | undefined;

beforeAll(async () => {
  requirePrograms({
    nginx: 'nginx-light',
    xz: 'xz-utils',
    'qemu-system-x86_64': 'qemu-system-x86',
  });
  archive = readArchive().url;
  folder = await mkdtemp(join(process.env['ROOTDISK_E2E_DIR'] ?? tmpdir(), 'rootdisk-netboot-'));
  site = await startSite(folder, ['ftp.debian.org', 'disk.example']);
  installer = await unpackInstaller(archive, folder);
});

afterAll(async () => {
  await site?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Shown in the report: an archive without the package is not a failure. */
function need(context: TestContext): InstallerPackage {
  if (installer !== undefined) return installer;
  return context.skip(`${archive} has no debian-installer-<N>-netboot-amd64`);
}

const imagesOf = (build: string): string => `dists/stable/main/installer-amd64/${build}/images/`;

test('the installer of stable is signed from the archive to each file', async () => {
  const cache = join(folder, 'resolved');
  const mirror = ['--mirror', `${main}=${archive}`, '--cache-dir', cache];
  const request = ['debian:stable', '--variant', 'netboot', '--arch', 'amd64', '--boot', '--json'];
  const result = await runCli(['resolve', ...request, ...mirror]);
  expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
  const image = JSON.parse(result.stdout);
  expect(image.trust).toMatchObject({
    level: 'signed',
    signer: {
      fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
      userId: expect.stringMatching(/^Debian .*@(?:lists\.)?debian\.org>$/),
    },
  });
  const images = main + imagesOf(image.snapshot);
  expect(image.url).toBe(`${images}netboot/mini.iso`);
  expect(image.boot.kernel).toBe(`${images}netboot/debian-installer/amd64/linux`);
  // Only keys pinned for that release may sign it.
  const pinned = debianArchiveKeys(image.codename).map(({ fingerprint }) => fingerprint);
  expect(pinned).toContain(image.trust.signer.fingerprint);
  process.stderr.write(`${image.url}: ${image.digests}, ${image.trust.signer.userId}\n`);
});

test('kernel and initrd of the archive are the signed ones', async (context) => {
  const { name, version, ...files } = need(context);
  const sums = await download(`${archive}${imagesOf(version)}SHA256SUMS`);
  const { entries } = parseChecksums(sums.toString(), { dialect: 'sums', from: version });
  for (const [file, path] of [
    ['linux', files.kernel],
    ['initrd.gz', files.initrd],
  ] as const) {
    const signed = entries.find((entry) => entry.name === `netboot/debian-installer/amd64/${file}`);
    const sha256 = (await hashFile(path, 'sha256')).toString('hex');
    expect(signed?.digest).toBe(`sha256:${sha256}`);
  }
  process.stderr.write(`${name} ${version}: both files are in the signed list of that build\n`);
});

/**
 * Archives of only packages do not hold the installer's files, and `mini.iso` is in no package: the disk here is 1 MiB
 * that this test makes. Kernel and initrd are Debian's own, found and proved by its vendor.
 */
function besideOwnDisk(disk: Artifact): Vendor {
  return defineVendor({
    ...debian,
    async resolve(request, context) {
      const image = await debian.resolve({ ...request, vendor: 'debian' }, context);
      return { ...image, disk: [disk] };
    },
  });
}

test('ensure keeps both files, each proved by the archive', async (context) => {
  const { version, kernel, initrd } = need(context);
  const files = `ftp.debian.org/debian/${imagesOf(version)}`;
  const inRelease = 'dists/stable/InRelease';
  const documents = [inRelease, `${imagesOf(version)}SHA256SUMS`];
  for (const path of documents) {
    const bytes = await download(archive + path);
    await write(site, `ftp.debian.org/debian/${path}`, bytes.toString());
  }
  await place(site, `${files}netboot/debian-installer/amd64/linux`, kernel);
  await place(site, `${files}netboot/debian-installer/amd64/initrd.gz`, initrd);
  const sector = '\0'.repeat(1024 ** 2);
  await write(site, 'disk.example/disk.raw', sector);
  const digest = createHash('sha256').update(sector).digest('hex');
  const disk: Artifact = {
    ...{ url: new URL('https://disk.example/disk.raw'), fileName: 'disk.raw', layers: ['raw'] },
    proofs: [{ kind: 'digest', digest: `sha256:${digest}`, from: 'this test' }],
  };
  const ensureImage = createRootdisk({ ...builtIns, vendors: [besideOwnDisk(disk)] }).ensureImage;
  const image = await ensureImage(`debian:stable@${version}`, {
    ...{ arch: 'amd64', variant: 'netboot', boot: true },
    ...{ cacheDir: join(folder, 'cache'), mirrors: site.mirrors },
  });
  expect(image.boot?.kernel).toMatchObject({ level: 'signed', kind: 'bzimage', arch: 'amd64' });
  expect(image.boot?.initrd?.level).toBe('signed');
  for (const [made, source] of [
    [image.boot?.kernel.path, kernel],
    [image.boot?.initrd?.path, initrd],
  ] as const) {
    expect(await hashFile(made ?? '', 'sha256')).toEqual(await hashFile(source, 'sha256'));
  }
  kept = { kernel: image.boot?.kernel.path ?? '', initrd: image.boot?.initrd?.path ?? '' };
});

test('they start, and the installer asks for a language', async (context) => {
  need(context);
  if (kept === undefined) throw new Error('there is nothing to start');
  const limitMs = 5 * 60_000;
  const machine = await startKernel(kept.kernel, kept.initrd, asked, limitMs);
  const screen = readScreen(machine.serial);
  process.stderr.write(`after ${Math.round(machine.ms / 1000)} s:\n${screen}\n`);
  expect(machine.seen).toBe(true);
  expect(screen).toMatch(asks);
});
