import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltDisk, buildDisk, grubFacts } from './build-disk.ts';
import { cmdlineOf, type GrubFacts } from './grub-config.ts';
import { canMount, makeBtrfsDisk, makeXfsDisk } from './other-roots.ts';
import { runCli } from './run-cli.ts';
import { readSerial, runMachine } from './start-kernel.ts';
import { readArchive, requirePrograms } from './system-packages.ts';

let folder: string;
let disk: BuiltDisk;

beforeAll(async () => {
  requirePrograms();
  const kept = process.env['ROOTDISK_E2E_DIR'];
  folder = await mkdtemp(join(kept ?? tmpdir(), 'rootdisk-e2e-boot-'));
  disk = await buildDisk(kept ?? folder, readArchive().url, 'bookworm');
});

afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** The files and the command line read from a disk, which must be those of the tree that it was made from. */
async function readBoot(path: string, facts: GrubFacts, volume: string): Promise<string[]> {
  const out = await mkdtemp(join(folder, 'out-'));
  const ran = await runCli(['boot', path, '--output-dir', out, '--json']);
  process.stderr.write(`boot ${path}: ${(ran.ms / 1000).toFixed(2)} s\n`);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  const [kernel = ''] = (await readdir(disk.tree.boot)).filter((name) =>
    name.startsWith('vmlinuz'),
  );
  const initrd = kernel.replace('vmlinuz', 'initrd.img');
  expect(JSON.parse(ran.stdout)).toEqual({
    kernel: {
      path: join(out, 'kernel'),
      file: `${volume}:${facts.prefix}/${kernel}`,
      kind: 'bzimage/amd64',
    },
    initrd: [{ path: join(out, 'initrd'), file: `${volume}:${facts.prefix}/${initrd}` }],
    cmdline: cmdlineOf(facts),
    system: { id: 'debian', version: '12' },
  });
  const [ofKernel, ofInitrd] = [join(out, 'kernel'), join(out, 'initrd')];
  expect(await digestOf(ofKernel)).toBe(await digestOf(join(disk.tree.boot, kernel)));
  expect(await digestOf(ofInitrd)).toBe(await digestOf(join(disk.tree.boot, initrd)));
  return ['-kernel', ofKernel, '-initrd', ofInitrd];
}

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** The machine reaches the login prompt; its output is kept in the log of the run. */
async function expectLogin(what: string, command: readonly string[]): Promise<string> {
  const started = await runMachine(command, /login: /, 15 * 60_000);
  const text = readSerial(started.serial);
  const kept = process.env['ROOTDISK_E2E_DIR'];
  if (kept !== undefined) await writeFile(join(kept, `boot-${what}.log`), text);
  const last = text.split('\n').slice(-40).join('\n');
  process.stderr.write(`${what}: ${Math.round(started.ms / 1000)} s\n${last}\n`);
  expect(text).toMatch(/^vm login: /m);
  return text;
}

const emulated = ['qemu-system-x86_64', '-accel', 'tcg', '-m', '1024', '-nographic'];
const plain = ['-no-reboot', '-nic', 'none'];
const drive = (path: string, more: string): string => `file=${path},format=raw,${more},snapshot=on`;

test('/boot on a separate partition: the command of --to qemu, run by a shell', async () => {
  await readBoot(disk.raw, grubFacts, 'p4');
  const out = await mkdtemp(join(folder, 'out-'));
  const ran = await runCli(['boot', disk.raw, '--output-dir', out, '--to', 'qemu']);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  // Other tests use the built disk, and /dev/kvm does not always work.
  const command = ran.stdout
    .replace(',if=virtio', ',if=virtio,snapshot=on')
    .replace('accel=kvm:tcg', 'accel=tcg');
  await expectLogin('ext4', ['sh', '-c', `exec ${command}`]);
});

test('root on XFS; in a microvm', async () => {
  const path = join(folder, 'xfs.raw');
  const facts = await makeXfsDisk(disk.tree, path);
  const files = await readBoot(path, facts, 'p1');
  // An emulated microvm has no clock to measure its processor; with KVM the kernel reads the speed.
  const cpu = await readFile('/proc/cpuinfo', 'utf8');
  const khz = Math.round(Number(/^cpu MHz\s*: (.+)$/m.exec(cpu)?.[1] ?? 2000) * 1000);
  const line = `${cmdlineOf(facts)} tsc_early_khz=${khz} tsc=reliable`;
  const text = await expectLogin('xfs-microvm', [
    ...[...emulated, ...plain, '-M', 'microvm', '-cpu', 'max', ...files, '-append', line],
    ...['-drive', drive(path, 'if=none,id=root'), '-device', 'virtio-blk-device,drive=root'],
  ]);
  expect(text).toContain('XFS (vda1)');
});

test('root on Btrfs, compressed by zstd', async ({ skip }) => {
  if (!canMount(await mkdtemp(join(folder, 'probe-')))) {
    process.stderr.write('skipped: no image can be mounted here\n');
    skip();
  }
  const path = join(folder, 'btrfs.raw');
  const facts = await makeBtrfsDisk(disk.tree, path);
  const files = await readBoot(path, facts, 'p1');
  const text = await expectLogin('btrfs', [
    ...[...emulated, ...plain, ...files, '-append', cmdlineOf(facts)],
    ...['-drive', drive(path, 'if=virtio')],
  ]);
  expect(text).toContain('BTRFS info (device vda1)');
});
