import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectImage } from '../../src/index.ts';
import { runCli } from '../cli/spawn-cli.ts';
import { makeBzimage } from '../image/make-kernel.ts';
import { hasProgram } from '../seed/read-back.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-inspect-disk-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(!hasProgram('mke2fs'))(
  'the file system and the system of a raw disk are reported',
  async () => {
    mkdirSync(join(folder, 'tree/etc'), { recursive: true });
    writeFileSync(join(folder, 'tree/etc/os-release'), 'ID=acme\nVERSION_ID=7\n');
    const path = join(folder, 'disk.raw');
    writeFileSync(path, '');
    truncateSync(path, 8 * 1024 * 1024);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-L', 'slash', '-d', join(folder, 'tree'), path]);
    const { disk, hazards } = await inspectImage(path);
    expect(hazards).toEqual([]);
    expect(disk).toMatchObject({
      volumes: [{ name: 'disk', fileSystem: { id: 'ext4', label: 'slash' } }],
      roots: [{ volume: 'disk', system: { id: 'acme', version: '7' } }],
    });
    const { code, stdout } = await runCli(['inspect', path, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^disk +8 MiB, ext4, slash, /m);
    expect(stdout).toMatch(/^system +acme 7 on disk$/m);
  },
);

describe.skipIf(!hasProgram('mke2fs'))('the boot entries of a raw disk', () => {
  const make = (name: string, config: string): string => {
    const tree = join(folder, `${name}.tree`);
    mkdirSync(join(tree, 'boot'), { recursive: true });
    writeFileSync(join(tree, 'boot/extlinux.conf'), config);
    writeFileSync(join(tree, 'boot/vmlinuz-6.1'), makeBzimage());
    writeFileSync(join(tree, 'boot/vmlinuz-6.2'), makeBzimage());
    writeFileSync(join(tree, 'boot/initrd'), 'initrd');
    const path = join(folder, `${name}.raw`);
    writeFileSync(path, '');
    truncateSync(path, 8 * 1024 * 1024);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, path]);
    return path;
  };

  test('are the default entry with its files, and the other kernels', async () => {
    const path = make(
      'boot',
      'label a\n linux vmlinuz-6.2\n initrd initrd\n append ro  quiet\nlabel b\n linux vmlinuz-6.1\n',
    );
    const { disk } = await inspectImage(path);
    expect(disk?.boot).toEqual({
      entry: {
        loader: 'extlinux',
        id: 'a',
        isDefault: true,
        version: '6.2',
        kernel: { file: 'disk:/boot/vmlinuz-6.2', sizeBytes: 65_536, kind: 'bzimage/amd64' },
        initrd: [{ file: 'disk:/boot/initrd', sizeBytes: 6 }],
        cmdline: 'ro quiet',
      },
      menu: [
        { loader: 'extlinux', id: 'a', version: '6.2', isDefault: true },
        { loader: 'extlinux', id: 'b', version: '6.1', isDefault: false },
      ],
      warnings: [],
    });
    const { stdout } = await runCli(['inspect', path, '--quiet']);
    expect(stdout).toMatch(/^boot entry +a, of extlinux$/m);
    expect(stdout).toMatch(/^kernel +disk:\/boot\/vmlinuz-6.2, bzimage\/amd64, 64 KiB$/m);
    expect(stdout).toMatch(/^initrd +disk:\/boot\/initrd, 6 B$/m);
    expect(stdout).toMatch(/^command line +ro quiet$/m);
    expect(stdout).toMatch(/^other kernels +6.1$/m);
  });

  test('with a missing kernel are no hazard for the image', async () => {
    const path = make('missing', 'label a\n linux vmlinuz-7\n');
    const { disk, hazards } = await inspectImage(path);
    expect(hazards).toEqual([]);
    expect(disk).toMatchObject({ bootRefusal: { reason: 'not-found' } });
    const { code, stdout } = await runCli(['inspect', path, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^boot entry +There is no "\/boot\/vmlinuz-7"$/m);
  });
});

test('are absent on a raw disk without a known boot loader', async () => {
  const path = join(folder, 'empty.raw');
  writeFileSync(path, Buffer.alloc(1024 * 1024));
  expect(await inspectImage(path)).not.toHaveProperty('disk');
});
