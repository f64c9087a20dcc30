import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Line, sha256, startLine } from '../fixtures/line.ts';
import { makeBzimage, makeImage } from '../image/make-kernel.ts';
import { hasProgram } from '../seed/read-back.ts';
import { extlinuxSystem, makeBootDisk } from './boot-disk.ts';
import { flagsFor, parseOutput, type Ran, runCli } from './spawn-cli.ts';

describe.skipIf(!hasProgram('mke2fs') || !hasProgram('sfdisk'))('rootdisk boot REFERENCE', () => {
  const onDisk = makeBzimage();
  const published = gzipSync(makeImage());
  const cmdline = 'root=LABEL=acme-root ro console=ttyAMA0';
  let folder: string;
  let line: Line;
  let disk: Buffer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rootdisk-boot-reference-'));
    line = await startLine();
    disk = readFileSync(makeBootDisk(folder, 'disk.raw', extlinuxSystem(onDisk, cmdline)));
  });
  afterAll(async () => {
    await line.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]): Promise<Ran> =>
    runCli([
      'boot',
      ...args,
      ...flagsFor(line).filter((word) => word !== '--arch' && word !== 'amd64'),
    ]);
  const build = { release: '1', snapshot: '1', file: 'disk.raw', layers: ['raw'] };

  test('reads the disk where the vendor publishes no kernel', async () => {
    line.offer({ ...build, digest: sha256(disk) }, disk);
    const dir = join(folder, 'out');
    const ran = await run('acme:1', '--arch', 'amd64', '--output-dir', dir, '--json');
    expect(parseOutput(ran)).toMatchObject({
      kernel: { path: join(dir, 'kernel'), file: 'p2:/boot/vmlinuz-2.0', kind: 'bzimage/amd64' },
      cmdline,
      system: { id: 'acme', version: '1.2' },
    });
    expect(readFileSync(join(dir, 'kernel')).equals(onDisk)).toBe(true);
    // The disk lies in the cache, where no machine may write it.
    const qemu = await run(
      'acme:1',
      '--arch',
      'amd64',
      '--offline',
      '--output-dir',
      dir,
      '--force',
      '--to',
      'qemu',
    );
    expect(qemu.stdout).toContain(',snapshot=on');
    expect(qemu.stderr).toContain('must not change');
  });

  describe('with published files', () => {
    beforeAll(() => {
      line.upstream.route('images.acme.example/vmlinuz', published);
      line.upstream.route('images.acme.example/initrd', 'published initrd');
      const boot = {
        kernel: ['vmlinuz', sha256(published)] as [string, string],
        initrd: ['initrd', sha256(Buffer.from('published initrd'))] as [string, string],
        cmdline,
      };
      const other = { ...build, snapshot: '2', digest: sha256(disk), boot };
      line.offer(other, disk);
    });

    test('names them in the cache, and says which system the disk holds', async () => {
      const found = parseOutput(await run('acme:1', '--arch', 'arm64', '--refresh', '--json'));
      expect(found).toEqual({
        kernel: { path: expect.stringContaining(line.cacheDir), kind: 'gzip(image)/arm64' },
        initrd: [{ path: expect.stringContaining(line.cacheDir) }],
        cmdline,
        system: { id: 'acme', version: '1.2' },
      });
      const { path } = Object(found['kernel']);
      expect(readFileSync(path).equals(published)).toBe(true);
    });

    test('--to firecracker takes an unpacked kernel from the cache, without a folder', async () => {
      const ran = await run('acme:1', '--arch', 'arm64', '--to', 'firecracker');
      const { 'boot-source': source, drives } = JSON.parse(ran.stdout);
      expect(readFileSync(source.kernel_image_path).equals(makeImage())).toBe(true);
      expect(drives).toMatchObject([{ is_read_only: true }]);
    });

    test('--kernel reads the disk all the same', async () => {
      const found = parseOutput(
        await run('acme:1', '--arch', 'arm64', '--kernel', '1.0', '--json'),
      );
      expect(found['kernel']).toEqual({ file: 'p2:/boot/vmlinuz-1.0', kind: 'bzimage/amd64' });
    });
  });
});
