import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ExportLockOptions, exportLock } from '../../../src/index.ts';
import { formatLockFile } from '../../../src/lockfile/format.ts';
import type { LockedImage } from '../../../src/lockfile/lock-file.ts';
import { parseOutput, type Ran, runCli } from '../../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { packed, pin } from './pins.ts';

const source = gzipSync(makeDisk());
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(source),
};

let line: Line;
let lockfile: string;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, source);
  lockfile = join(line.folder, 'rootdisk.lock.json');
});
afterEach(() => line.close());

async function lock(images: Record<string, LockedImage>): Promise<void> {
  const entries = Object.entries(images).map(([alias, image]) => ({
    alias,
    request: 'acme:1',
    architectures: { amd64: image },
  }));
  await writeFile(lockfile, formatLockFile({ images: entries }));
}

function exportTo(to: ExportLockOptions['to'], more: Partial<ExportLockOptions> = {}) {
  return exportLock({ lockfile, to, cacheDir: line.cacheDir, ...more });
}

function run(...args: string[]): Promise<Ran> {
  const all = ['lock', 'export', ...args, '--cache-dir', line.cacheDir];
  return runCli(all, { cwd: line.folder });
}

/** A cached disk whose pin Lima and Packer cannot unpack. */
const tar: LockedImage = { ...packed(['xz', 'tar', 'raw']).image, digests: [sha256(source)] };

test('a pin that a tool cannot read becomes the path of its cached disk, with a warning', async () => {
  await lock({ web: tar });
  const { path } = await line.ensure();
  const { text, warnings } = await exportTo('packer');
  expect(text).toContain(`iso_url      = ${JSON.stringify(path)}\n`);
  expect(warnings).toEqual([
    {
      code: 'local-path',
      message: `web (amd64) is given as the cached disk ${path}: Packer cannot unpack xz>tar>raw`,
    },
  ]);
  const libvirt = await exportTo('terraform-libvirt');
  expect(libvirt.text).toContain(`url = "file://${path}"\n`);
  expect(libvirt.warnings).toEqual([]);
});

test('without the cached disk it is refused with its name and the command that makes the disk', async () => {
  const plain = { ...pin().image, layers: build.layers, fileName: build.file };
  const image = {
    ...plain,
    digests: [sha256(source)],
    url: `https://images.acme.example/${build.file}`,
  };
  await lock({ web: image, db: tar });
  const refusal = await exportTo('terraform-libvirt').catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message:
      'not every pin can be exported to libvirt: ' +
      'db (amd64): the provider of libvirt does not compare checksums, and its disk is not in the cache; ' +
      'web (amd64): the provider of libvirt does not compare checksums, and its disk is not in the cache',
  });
  const one = await exportTo('terraform-libvirt', { aliases: ['web'] }).catch(
    (error: unknown) => error,
  );
  const [, command = ''] =
    /^Get the disk first: rootdisk (.+)$/.exec(String(Object(one).hint)) ?? [];
  const mirrors = Object.entries(line.mirrors).flatMap((pair) => ['--mirror', pair.join('=')]);
  const got = await runCli([...command.split(' '), '--cache-dir', line.cacheDir, ...mirrors]);
  expect(got.code).toBe(0);
  const { text } = await exportTo('terraform-libvirt', { aliases: ['web'] });
  expect(text).toContain(`url = "file://${got.stdout.trim()}"\n`);
});

test('another member of the same archive, and another download, are not its disk', async () => {
  await line.ensure();
  await lock({ web: { ...tar, entry: 'other.raw' } });
  await expect(exportTo('lima')).rejects.toThrow('its disk is not in the cache');
  await lock({ web: { ...tar, digests: [...tar.digests, `sha512:${'0'.repeat(128)}`] } });
  await expect(exportTo('lima')).rejects.toThrow('its disk is not in the cache');
});

test('Proxmox with xz is refused with its name: the node cannot use a path of this machine', async () => {
  await line.ensure();
  await lock({
    web: { ...packed(['xz', 'raw']).image, digests: [sha256(source)] },
    db: pin().image,
  });
  const { code, stdout, stderr } = await run('--to', 'terraform-proxmox');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('web (amd64): Proxmox does not unpack xz\n');
  expect(stderr).toContain('Export the other entries by their names.');
  const others = await run('db', '--to', 'terraform-proxmox');
  expect(others.code).toBe(0);
  expect(others.stdout).toContain('resource "proxmox_download_file" "db_amd64" {\n');
});

test('the command prints only the text, and with --json an object with it', async () => {
  await lock({ web: tar });
  const { path } = await line.ensure();
  const plain = await run('--to', 'lima', '--arch', 'x86_64');
  expect(plain.stdout).toBe((await exportTo('lima')).text);
  expect(plain.stderr).toContain(`web (amd64) is given as the cached disk ${path}`);
  const ran = await run('--to', 'lima', '--json');
  expect(parseOutput(ran)).toEqual({
    lockfile,
    to: 'lima',
    text: plain.stdout,
    warnings: [{ code: 'local-path', message: expect.stringContaining(path) }],
  });
});

test.each<[string, string[], string]>([
  ['no tool', [], '--to'],
  ['an unknown tool', ['--to', 'nomad'], 'Use one of: lima, packer'],
  ['a missing lock file', ['--to', 'json', '--lockfile', 'no.json'], 'no.json'],
  ['an option of another command', ['--to', 'json', '--force'], '--force'],
])('%s is a usage error', async (_, args, shown) => {
  await lock({ web: tar });
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(shown);
});

test.each<[string, object]>([
  ['to', { to: 'nomad' }],
  ['to', { to: 'toString' }],
  ['lockfile', { lockfile: '' }],
  ['aliases', { aliases: 'web' }],
  ['arch', { arch: 'z80' }],
])('%s of a caller in plain JavaScript is checked', async (field, change) => {
  await lock({ web: tar });
  const options = Object.assign({ lockfile, to: 'json', cacheDir: line.cacheDir }, change);
  await expect(exportLock(options as ExportLockOptions)).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    details: { field },
  });
});
