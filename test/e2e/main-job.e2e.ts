import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runExample } from '../examples/run-example.ts';
import { type BuiltDisk, buildDisk, rootOffset } from './build-disk.ts';
import { type CliRun, runCli } from './run-cli.ts';
import { hashFile, place, type Site, startSite, write } from './site.ts';
import { readSerial } from './start-kernel.ts';
import { readArchive, requirePrograms, run } from './system-packages.ts';

const codename = 'bookworm';
const serial = '20261102-2290';
const hosts = [
  'cloud.debian.org',
  'download.freebsd.org',
  // The signed lists of releases are on this host, which this site does not have.
  'www.freebsd.org',
  'factory.talos.dev',
];

let folder: string;
let disk: BuiltDisk;
let site: Site;
let rules: Record<string, string>;
let mirrors: string[];
/** The qcow2 converted by qemu-img. */
let expected: string;

beforeAll(async () => {
  requirePrograms();
  const archive = readArchive();
  // Kept between runs if a folder is named, because building takes minutes.
  const kept = process.env['ROOTDISK_E2E_DIR'];
  folder = await mkdtemp(join(kept ?? tmpdir(), 'rootdisk-e2e-'));
  disk = await buildDisk(kept ?? folder, archive.url, codename);
  const reference = join(folder, 'reference.raw');
  run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', disk.qcow2, reference]);
  expected = (await hashFile(reference, 'sha256')).toString('hex');
  site = await startSite(folder, hosts);
  rules = { ...site.mirrors, 'https://ftp.debian.org/debian/': archive.url };
  mirrors = Object.entries(rules).flatMap(([from, to]) => ['--mirror', `${from}=${to}`]);
});

afterAll(async () => {
  await site?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const ensure = (reference: string, ...more: string[]): Promise<CliRun> =>
  runCli(['ensure', reference, '--arch', 'amd64', '--json', ...mirrors, ...more]);

function report(what: string, result: CliRun): void {
  const mib = Math.round(result.peakBytes / 1024 ** 2);
  process.stderr.write(`${what}: ${(result.ms / 1000).toFixed(2)} s, peak ${mib} MiB\n`);
}

async function ensured(result: CliRun): Promise<Record<string, unknown>> {
  expect(result.stderr.split('\n').filter((line) => line.includes('hint:'))).toEqual([]);
  expect(result.code).toBe(0);
  return JSON.parse(result.stdout);
}

async function expectDisk(image: Record<string, unknown>, sha256 = expected): Promise<void> {
  const path = String(image['path']);
  const about = await stat(path);
  expect((await hashFile(path, 'sha256')).toString('hex')).toBe(sha256);
  expect(about.mode & 0o777).toBe(0o444);
  // Sparse: the system fills less than a third of the disk.
  expect(about.blocks * 512).toBeLessThan(about.size / 3);
}

describe('debian, in the layout of cloud.debian.org', () => {
  const name = `debian-12-genericcloud-amd64-${serial}`;
  const dated = `cloud.debian.org/images/cloud/${codename}/${serial}`;

  beforeAll(async () => {
    await place(site, `${dated}/${name}.qcow2`, disk.qcow2);
    const sha512 = await hashFile(disk.qcow2, 'sha512');
    await write(site, `${dated}/SHA512SUMS`, `${sha512.toString('hex')}  ${name}.qcow2\n`);
  });

  test('the newest build, found by listing, equals the output of qemu-img in every byte', async () => {
    const result = await ensure(`debian:${codename}`, '--cache-dir', join(folder, 'listed'));
    report('ensure debian (listing)', result);
    const image = await ensured(result);
    expect(image).toMatchObject({ release: '12', codename, snapshot: serial, origin: 'network' });
    expect(image['trust']).toMatchObject({ level: 'checksum' });
    await expectDisk(image);
  });

  test('the newest build, found by its manifest, then from the cache, then offline', async () => {
    const sha512 = await hashFile(disk.qcow2, 'sha512');
    const manifest = describeBuild(name, sha512.toString('base64').replace(/=+$/, ''));
    const latest = `cloud.debian.org/images/cloud/${codename}/latest`;
    await write(site, `${latest}/debian-12-genericcloud-amd64.json`, JSON.stringify(manifest));
    const cache = ['--cache-dir', join(folder, 'manifest')];
    const first = await ensure(`debian:${codename}`, ...cache);
    report('ensure debian (manifest)', first);
    const image = await ensured(first);
    await expectDisk(image);
    const again = await ensure(`debian:${codename}`, ...cache);
    report('ensure debian again', again);
    expect(await ensured(again)).toMatchObject({ path: image['path'], origin: 'cache' });
    const offline = await ensure('debian:12', '--offline', ...cache);
    expect(await ensured(offline)).toMatchObject({ path: image['path'], origin: 'cache' });
  });

  test('format source keeps the published qcow2', async () => {
    const result = await ensure(
      `debian:${codename}@${serial}`,
      '--format',
      'source',
      '--cache-dir',
      join(folder, 'source'),
    );
    const image = await ensured(result);
    expect(image).toMatchObject({ format: 'qcow2', virtualSize: 3 * 1024 ** 3 });
    const kept = await hashFile(String(image['path']), 'sha256');
    expect(kept).toEqual(await hashFile(disk.qcow2, 'sha256'));
  });

  test('examples/boot-one.ts boots a clone of it, and cloud-init reads the seed', async () => {
    const temp = await mkdtemp(join(folder, 'boot-'));
    const defaults = { arch: 'amd64', mirrors: rules, cacheDir: join(folder, 'manifest') };
    const env = { TMPDIR: temp, QEMU_ACCEL: 'tcg' };
    const started = performance.now();
    const ran = await runExample('boot-one.ts', [`debian:${codename}`], defaults, env);
    process.stderr.write(`boot-one.ts: ${Math.round((performance.now() - started) / 1000)} s\n`);
    const log = /^console {2}(.+)$/m.exec(ran.stdout)?.[1];
    const text = log === undefined ? '' : await keepConsole(log);
    process.stderr.write(`${ran.stdout}${ran.stderr}${text.split('\n').slice(-60).join('\n')}\n`);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^clone {4}.+, 5 GiB\)$/m);
    expect(text).toMatch(/Cloud-init v\. .* finished at .*DataSourceNoCloud \[seed=\/dev\/vd.\]/);
    expect(text).toMatch(/^boot-one login: /m);
    // The key of the seed, in the form in which cloud-init prints allowed keys.
    const key = await readFile(join(dirname(log ?? ''), 'id_ed25519.pub'), 'utf8');
    const blob = Buffer.from(key.split(' ')[1] ?? '', 'base64');
    const fingerprint = createHash('sha256').update(blob).digest('hex').match(/../g)?.join(':');
    expect(text).toContain('/home/debian/.ssh/authorized_keys for user debian');
    expect(text).toContain(fingerprint);
    // It uses the room of the clone: 5 GiB without the 384 MiB before the root, in sectors.
    const disk = /^clone {4}(\S+)/m.exec(ran.stdout)?.[1] ?? '';
    expect(run('sfdisk', ['--dump', disk])).toMatch(/1 : start= +786432, size= +96\d{5},/);
  });
});

/** The output of the machine, without colours; kept if the built disk is kept. */
async function keepConsole(log: string): Promise<string> {
  const text = readSerial(await readFile(log, 'utf8'));
  const kept = process.env['ROOTDISK_E2E_DIR'];
  if (kept !== undefined) await writeFile(join(kept, 'boot-one.log'), text);
  return text;
}

test('freebsd, raw.xz', async () => {
  const name = 'FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.raw.xz';
  const latest = 'download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest';
  await place(site, `${latest}/${name}`, disk.xz);
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const digest = (await hashFile(disk.xz, algorithm)).toString('hex');
    const tag = algorithm.toUpperCase();
    await write(site, `${latest}/CHECKSUM.${tag}`, `${tag} (${name}) = ${digest}\n`);
  }
  // The signed list of the web site is not on this site.
  const floor = ['--trust', 'checksum'];
  const result = await ensure('freebsd:15.1', ...floor, '--cache-dir', join(folder, 'freebsd'));
  report('ensure freebsd (raw.xz)', result);
  const image = await ensured(result);
  expect(image['trust']).toMatchObject({ level: 'checksum' });
  await expectDisk(image);
});

test('talos, raw.zst, over TLS only until the factory gives a digest', async () => {
  const schematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
  const image = `factory.talos.dev/image/${schematic}/v1.14.6/nocloud-amd64.raw.zst`;
  await write(site, 'factory.talos.dev/versions', JSON.stringify(['v1.13.10', 'v1.14.6']));
  const talos = join(folder, 'talos.raw');
  run('cp', ['--sparse=always', disk.raw, talos]);
  await writeFile(join(folder, 'os-release'), 'ID=talos\nVERSION_ID=v1.14.6\n');
  const edits = [
    'rm /usr/lib/os-release',
    `write ${join(folder, 'os-release')} /usr/lib/os-release`,
  ];
  for (const edit of edits) run('debugfs', ['-w', '-R', edit, `${talos}?offset=${rootOffset}`]);
  run('zstd', ['-q', '-1', '-T0', talos]);
  await place(site, image, `${talos}.zst`);
  const result = await ensure('talos', '--cache-dir', join(folder, 'talos'));
  report('ensure talos (raw.zst)', result);
  const made = await ensured(result);
  // The mirror of this site is plain http.
  expect(made['trust']).toMatchObject({ level: 'none' });
  expect(made['content']).toMatchObject({ system: { id: 'talos' }, arch: 'amd64' });
  await expectDisk(made, (await hashFile(talos, 'sha256')).toString('hex'));

  await place(site, image.replace('1.14.6', '1.13.10'), disk.zst);
  const other = await ensure('talos:v1.13.10', '--cache-dir', join(folder, 'talos'));
  expect(other.code).toBe(6);
  expect(JSON.parse(other.stdout)).toMatchObject({
    error: { code: 'ERR_UNSAFE_IMAGE', details: { reason: 'wrong-content' } },
  });
});

/** One image's manifest in the form of cloud.debian.org. */
function describeBuild(name: string, sha512: string): object {
  const upload = {
    apiVersion: 'cloud.debian.org/v1alpha1',
    kind: 'Upload',
    metadata: {
      annotations: { 'cloud.debian.org/digest': `sha512:${sha512}` },
      labels: {
        'cloud.debian.org/vendor': 'genericcloud',
        'cloud.debian.org/version': serial,
        'debian.org/arch': 'amd64',
        'debian.org/dist': 'debian',
        'debian.org/release': codename,
        'upload.cloud.debian.org/image-format': 'qcow2',

        'upload.cloud.debian.org/type': 'release',
      },
    },
    data: {
      familyRef: null,
      provider: 'cloud.debian.org',
      ref: `${codename}/${serial}/${name}.qcow2`,
    },
  };
  return { apiVersion: 'v1', kind: 'List', items: [upload] };
}
