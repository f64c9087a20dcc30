import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { makeCpio } from './make-cpio.ts';
import { runCli } from './run-cli.ts';
import { startKernel } from './start-kernel.ts';
import { requirePrograms, run } from './system-packages.ts';

const address = 'https://bundles.example/';
const said = 'the bundle has booted from its root file system';
const limitMs = 10 * 60_000;
/** The kernel modules for a virtio disk in a cloud kernel, in the order of their dependencies. */
const modules =
  'virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk';

let folder: string;
let upstream: Upstream;

beforeAll(async () => {
  requirePrograms({ mke2fs: 'e2fsprogs', 'qemu-system-x86_64': 'qemu-system-x86', xz: 'xz-utils' });
  folder = await mkdtemp(join(process.env['ROOTDISK_E2E_DIR'] ?? tmpdir(), 'rootdisk-bundle-'));
  upstream = await startUpstream();
});

afterAll(async () => {
  await upstream?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

test('a bundle is built, published, ensured and booted with its kernel', async () => {
  const { busybox, kernel, virtio } = await unpackPackages();
  const bundle = join(folder, 'bundle');
  await mkdir(bundle);
  await makeRootfs(busybox, join(bundle, 'rootfs.ext4'));
  await writeFile(join(bundle, 'manifest.json'), '{ "name": "small", "own": [1] }');
  await copyFile(kernel, join(bundle, 'kernel'));
  await writeFile(join(bundle, 'initrd'), await makeInitrd(busybox, virtio));

  const out = join(folder, 'small.tar.zst');
  const created = await runCli(['bundle', 'create', bundle, out, '--json']);
  expect([created.code, created.stderr]).toEqual([0, expect.any(String)]);
  const { entry } = JSON.parse(created.stdout);
  expect(entry.members).toEqual(['kernel', 'initrd']);
  upstream.route('bundles.example/small.tar.zst', await readFile(out));
  const catalog = join(folder, 'catalog.json');
  const cmdline = 'console=ttyS0 panic=-1';
  const named = { name: 'small', arch: 'x86_64', tarball_url: `${address}small.tar.zst`, cmdline };
  await writeFile(catalog, JSON.stringify({ version: 1, entries: [{ ...named, ...entry }] }));

  const mirrors = Object.entries(mirrorsFor(upstream, [address]));
  const ensured = await runCli([
    ...['ensure', 'bundle:small', '--bundles', catalog, '--arch', 'amd64', '--boot', '--json'],
    ...['--cache-dir', join(folder, 'cache')],
    ...mirrors.flatMap(([from, to]) => ['--mirror', `${from}=${to}`]),
  ]);
  expect([ensured.code, ensured.stderr]).toEqual([0, expect.any(String)]);
  const image = JSON.parse(ensured.stdout);
  expect(image).toMatchObject({ manifest: { name: 'small', own: [1] }, boot: { cmdline } });
  expect(upstream.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['small.tar.zst']);

  const disk = join(folder, 'vm.raw');
  const cloned = await runCli(['clone', image.path, disk]);
  expect(cloned.code).toBe(0);
  const started = await startKernel(
    image.boot.kernel.path,
    image.boot.initrd.path,
    new RegExp(said),
    limitMs,
    ['-append', image.boot.cmdline, '-drive', `file=${disk},format=raw,if=virtio`],
  );
  expect(started.serial).toContain(said);
  process.stderr.write(`booted in ${Math.round(started.ms / 1000)} s\n`);
});

/** A static busybox, the cloud kernel and its virtio modules, from packages that are not installed. */
async function unpackPackages(): Promise<{ busybox: string; kernel: string; virtio: string[] }> {
  const debs = join(folder, 'debs');
  await mkdir(debs);
  const depends = run('apt-cache', ['depends', 'linux-image-cloud-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? '';
  run('apt-get', ['download', '-qq', 'busybox-static', name], debs);
  const root = join(folder, 'packages');
  for (const deb of await readdir(debs)) run('dpkg-deb', ['-x', join(debs, deb), root]);
  const find = (pattern: string): string =>
    run('find', [root, '-type', 'f', '-path', pattern]).trim().split('\n')[0] ?? '';
  const virtio = modules.split(' ').map((module) => find(`*/modules/*/${module}.ko*`));
  const busybox = find('*/bin/busybox');
  return {
    busybox,
    kernel: find('*/boot/vmlinuz-*'),
    virtio: virtio.filter((path) => path !== ''),
  };
}

/** An ext4 whose `/init` prints that it runs and switches the machine off. */
async function makeRootfs(busybox: string, path: string): Promise<void> {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'bin'), { recursive: true });
  await mkdir(join(tree, 'dev'));
  await copyFile(busybox, join(tree, 'bin/busybox'));
  const script = `#!/bin/busybox sh\n/bin/busybox cat /said\n/bin/busybox poweroff -f\n`;
  await writeFile(join(tree, 'said'), `${said}\n`);
  await writeFile(join(tree, 'init'), script);
  for (const file of ['init', 'bin/busybox']) await chmod(join(tree, file), 0o755);
  run('mke2fs', ['-q', '-t', 'ext4', '-d', tree, path, '32M']);
}

/** Loads the modules, mounts the disk and continues there. */
async function makeInitrd(busybox: string, virtio: readonly string[]): Promise<Buffer> {
  const script = [
    '#!/bin/busybox sh',
    'b=/bin/busybox',
    '$b mount -t devtmpfs dev /dev',
    'for pass in 1 2 3; do for m in /modules/*; do $b insmod $m 2>/dev/null; done; done',
    'n=0; while [ ! -b /dev/vda ] && [ $n -lt 100 ]; do $b sleep 0.2; n=$((n+1)); done',
    '$b mount -t ext4 /dev/vda /root',
    'exec $b switch_root -c /dev/console /root /init',
    '',
  ].join('\n');
  const loaded = virtio.map((path, i) => {
    if (path.endsWith('.xz')) run('xz', ['-dk', path]);
    return [`modules/${i}.ko`, path.replace(/\.xz$/, '')] as const;
  });
  return makeCpio(
    ['bin', 'dev', 'modules', 'root'],
    [
      ['init', Buffer.from(script)],
      ['bin/busybox', await readFile(busybox)],
      ...(await Promise.all(
        loaded.map(async ([name, path]) => [name, await readFile(path)] as const),
      )),
    ],
  );
}
