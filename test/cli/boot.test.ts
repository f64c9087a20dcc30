import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBzimage, makeImage } from '../image/make-kernel.ts';
import { hasProgram } from '../seed/read-back.ts';
import { extlinuxSystem, makeBootDisk, rootTags } from './boot-disk.ts';
import { parseOutput, type Ran, runCli } from './spawn-cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-boot-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasProgram('mke2fs') || !hasProgram('sfdisk'))('rootdisk boot of a disk', () => {
  const bzimage = makeBzimage();
  const image = makeImage();
  const cmdline = 'root=LABEL=acme-root ro quiet';
  const run = (...args: string[]): Promise<Ran> => runCli(['boot', ...args], { cwd: folder });
  const out = (): string => mkdtempSync(join(folder, 'out-'));

  beforeAll(() => {
    makeBootDisk(folder, 'amd64.raw', extlinuxSystem(bzimage, cmdline));
    makeBootDisk(folder, 'arm64.raw', extlinuxSystem(gzipSync(image), cmdline));
    makeBootDisk(folder, 'bare.raw', {
      'etc/os-release': 'ID=acme\n',
      'boot/vmlinuz-1.0': bzimage,
    });
    makeBootDisk(folder, 'none.raw', { 'etc/os-release': 'ID=acme\n' });
  });

  test('tells where kernel and initrds lie, and writes nothing', async () => {
    const before = readdirSync(folder);
    const ran = await run('./amd64.raw', '--json');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(parseOutput(ran)).toEqual({
      kernel: { file: 'p2:/boot/vmlinuz-2.0', kind: 'bzimage/amd64' },
      initrd: [{ file: 'p2:/boot/ucode.img' }, { file: 'p2:/boot/initrd-2.0' }],
      cmdline,
      system: { id: 'acme', version: '1.2' },
    });
    expect(readdirSync(folder)).toEqual(before);
    expect((await run('./amd64.raw')).stdout).toBe(
      [
        'kernel   p2:/boot/vmlinuz-2.0',
        'kind     bzimage/amd64',
        'initrd   p2:/boot/ucode.img',
        'initrd   p2:/boot/initrd-2.0',
        `cmdline  ${cmdline}`,
        'system   acme 1.2\n',
      ].join('\n'),
    );
  });

  test('--output-dir: the very bytes, a new folder, and no overwrite without --force', async () => {
    const dir = join(out(), 'new', 'folder');
    const ran = await run(join(folder, 'amd64.raw'), '--output-dir', dir, '--json');
    expect(parseOutput(ran)).toMatchObject({
      kernel: { path: join(dir, 'kernel'), file: 'p2:/boot/vmlinuz-2.0' },
      initrd: [{ path: join(dir, 'initrd-1') }, { path: join(dir, 'initrd-2') }],
    });
    expect(readdirSync(dir).sort()).toEqual(['initrd-1', 'initrd-2', 'kernel']);
    expect(readFileSync(join(dir, 'kernel'))).toEqual(bzimage);
    expect(readFileSync(join(dir, 'initrd-2'), 'utf8')).toBe('the initrd\n');
    rmSync(join(dir, 'kernel'));
    const refused = await run('./amd64.raw', '--output-dir', dir);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('initrd-1 exists')]);
    expect(readdirSync(dir).sort()).toEqual(['initrd-1', 'initrd-2']);
    const forced = await run('./amd64.raw', '--output-dir', dir, '--force', '--kernel', 'one');
    expect(forced.code).toBe(0);
    expect(readFileSync(join(dir, 'kernel'))).toEqual(bzimage);
  });

  test('a kernel without a configuration has no command line, which is said once', async () => {
    const ran = await run('./bare.raw', '--json');
    expect(parseOutput(ran)).not.toHaveProperty('cmdline');
    const told = [...ran.stderr.matchAll(/command line/g)];
    expect([told.length, ran.stderr]).toEqual([1, expect.stringContaining('is not known')]);
  });

  test('--kernel: another entry by its version or id, and all of them where it is none', async () => {
    for (const word of ['1.0', 'one']) {
      const found = parseOutput(await run('./amd64.raw', '--kernel', word, '--json'));
      expect(found).toMatchObject({
        kernel: { file: 'p2:/boot/vmlinuz-1.0' },
        initrd: [],
        cmdline: 'root=LABEL=acme-root old',
      });
    }
    const { code, stderr } = await run('./amd64.raw', '--kernel', '3.0');
    expect([code, stderr]).toEqual([3, expect.stringMatching(/two.*one/)]);
  });

  test('--console and --root change the line, and both forms of root= are told', async () => {
    const args = ['./arm64.raw', '--console', '--root', 'partuuid'];
    const json = parseOutput(await run(...args, '--json'));
    expect(json).toMatchObject({
      cmdline: `root=${rootTags.partuuid} ro quiet console=ttyAMA0`,
      root: { configured: rootTags.label, used: rootTags.partuuid },
    });
    const { stdout } = await run(...args);
    expect(stdout).toContain(`root=${rootTags.partuuid} `);
    expect(stdout).toContain(`root=${rootTags.label}\n`);
    for (const form of ['uuid', 'device'] as const) {
      const { cmdline: line } = parseOutput(await run('./amd64.raw', '--root', form, '--json'));
      expect(line).toBe(`root=${rootTags[form]} ro quiet`);
    }
  });

  test('--to qemu: a command that a shell takes apart, with one initrd of all', async () => {
    const dir = out();
    const ran = await run('./amd64.raw', '--output-dir', dir, '--console', '--to', 'qemu');
    expect(ran.code).toBe(0);
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${ran.stdout}`], { encoding: 'utf8' });
    const joined = join(dir, 'initrd');
    expect(words).toContain(`-kernel\n${join(dir, 'kernel')}\n-initrd\n${joined}\n`);
    expect(words).toContain(`-append\n${cmdline} console=ttyS0\n`);
    expect(words).toContain(`file=${join(folder, 'amd64.raw')},format=raw,if=virtio\n`);
    // Each is padded to 4 bytes.
    expect(readFileSync(joined, 'utf8')).toBe('early\0\0\0the initrd\n\0');
  });

  test('--to firecracker: the kernel is unpacked for it', async () => {
    const dir = out();
    const args = ['./arm64.raw', '--output-dir', dir, '--to', 'firecracker', '--json'];
    const found = parseOutput(await run(...args));
    expect(found).toMatchObject({ kernel: { kind: 'image/arm64' }, cmdline });
    expect(readFileSync(join(dir, 'kernel'))).toEqual(image);
    const launch = Object(found['launch']);
    expect(JSON.parse(launch.text)['boot-source']).toMatchObject({ boot_args: cmdline });
  });

  test('--to without an initrd names the root so that the kernel finds it', async () => {
    const dir = out();
    const args = ['--kernel', 'one', '--output-dir', dir, '--to', 'libvirt', '--console'];
    const { stdout, stderr } = await run('./amd64.raw', ...args);
    expect(stdout).toContain(`<cmdline>root=${rootTags.partuuid} old console=ttyS0</cmdline>`);
    expect(stderr).toContain(`has root=${rootTags.label}; here it is root=${rootTags.partuuid}`);
  });

  test.each([
    ['no folder for the files', 2, ['./amd64.raw', '--to', 'qemu']],
    ['an unknown hypervisor', 2, ['./amd64.raw', '--to', 'vmware']],
    ['an unknown form', 2, ['./amd64.raw', '--root', 'name']],
    ['an option of a fetch', 2, ['./amd64.raw', '--arch', 'amd64']],
    ['an option of another command', 2, ['./amd64.raw', '--size', '1GiB']],
    ['no disk', 3, ['./missing.raw']],
    ['a disk without a kernel', 3, ['./none.raw']],
    ['a label that the partition does not have', 3, ['./amd64.raw', '--root', 'partlabel']],
    [
      'a kernel that must stay packed',
      6,
      ['./arm64.raw', '--to', 'firecracker', '--kernel-format', 'published'],
    ],
  ])('%s: exit code %i, and nothing is written', async (_, code, args) => {
    const dir = join(out(), 'none');
    const isAboutFolder = code === 2 && args.includes('qemu');
    const ran = await run(...args, ...(isAboutFolder ? [] : ['--output-dir', dir]));
    expect([ran.code, ran.stdout, existsSync(dir)]).toEqual([code, '', false]);
  });

  test('a kernel that cannot be unpacked leaves nothing behind', async () => {
    const damaged = gzipSync(makeImage());
    damaged.fill(0xff, damaged.length - 12);
    makeBootDisk(folder, 'damaged.raw', extlinuxSystem(damaged, cmdline));
    const dir = out();
    mkdirSync(join(dir, 'sub'));
    const ran = await run('./damaged.raw', '--output-dir', dir, '--kernel-format', 'raw');
    expect([ran.code, readdirSync(dir)]).toEqual([6, ['sub']]);
  });

  test('a file in the way of the last one keeps the others from appearing', async () => {
    const dir = out();
    writeFileSync(join(dir, 'initrd-2'), 'mine');
    const ran = await run('./amd64.raw', '--output-dir', dir);
    expect([ran.code, readdirSync(dir)]).toEqual([2, ['initrd-2']]);
    expect(readFileSync(join(dir, 'initrd-2'), 'utf8')).toBe('mine');
  });
});
