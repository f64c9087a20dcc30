import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { flagsFor, parseOutput, runCli } from '../../cli/spawn-cli.ts';
import { type Line, parts, sha256, startLine } from '../../fixtures/line.ts';
import { makeSystemDisk, systemFiles } from '../../fixtures/system-disk.ts';
import { makeBzimage } from '../../image/make-kernel.ts';
import { hasProgram } from '../../seed/read-back.ts';

const kernel = makeBzimage();
const initrd = Buffer.from('070701 a small cpio');
const disk = hasProgram('mke2fs')
  ? makeSystemDisk({
      ...systemFiles('ID=acme\nVERSION_ID=1\n'),
      'boot/vmlinuz-6.1': kernel,
      'boot/initrd.img-6.1': initrd,
    })
  : Buffer.of();
const stem = 'acme_1_default_amd64_20260101';
const { lockImages, exportCache, importCache, ensureImage, pruneCache } = createRootdisk(parts);

let line: Line;
beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk) }, disk);
});
afterEach(() => line.close());

describe.skipIf(!hasProgram('mke2fs'))('a kernel on the disk', () => {
  test('is read for a locked alias, which has none of its own', async () => {
    const lockfile = join(line.folder, 'rootdisk.lock.json');
    const { cacheDir, mirrors } = line;
    await lockImages('acme:1', { arch: 'amd64', cacheDir, mirrors, lockfile, boot: true });
    line.asked();
    const options = { lockfile, boot: true } as const;
    const image = await line.ensure('acme-1', options);
    expect(line.asked()).toEqual(['acme.raw']);
    expect(image.boot).toMatchObject({ from: 'disk', kernel: { level: 'pinned' } });
    expect((await line.ensure('acme-1', { ...options, offline: true })).boot).toEqual(image.boot);
    expect((await line.ensure('acme-1', { ...options, boot: 'disk' })).boot).toEqual(image.boot);
  });

  test('is read again from an imported disk; kernels named in an archive are not trusted', async () => {
    await line.ensure('acme:1', { boot: true });
    const tar = join(line.folder, 'disks.tar');
    const { entries } = await exportCache(tar, [], { cacheDir: line.cacheDir });
    expect(entries.map(({ name }) => name).sort()).toEqual(
      ['initrd', 'kernel', 'raw'].map((one) => `${stem}.${one}`),
    );
    const cacheDir = join(line.folder, 'other');
    const digest = entries.map(({ contentDigest }) => contentDigest);
    const { entries: taken } = await importCache(tar, { cacheDir, digest });
    expect(taken).toHaveLength(3);
    const record = JSON.parse(
      readFileSync(join(cacheDir, `images-v1/${stem}.kernel.json`), 'utf8'),
    );
    expect(record.facts).not.toHaveProperty('diskSource');
    const offline = { arch: 'amd64', cacheDir, offline: true, boot: true } as const;
    await using image = await ensureImage('acme:1', offline);
    expect(image).toMatchObject({ boot: { from: 'disk' }, content: { system: { id: 'acme' } } });
    expect(readFileSync(image.boot?.kernel.path ?? '')).toEqual(kernel);
  });

  test('is kept while its disk is in use, and pruned by its age', async () => {
    const image = await line.ensure('acme:1', { boot: true });
    const options = { cacheDir: line.cacheDir, keep: 0, olderThan: '1h' };
    const now = new Date(Date.now() + 48 * 3_600_000);
    await pruneCache({ ...options, keep: undefined, now });
    expect(await line.visible()).toContain(`${stem}.kernel`);
    await image.dispose();
    await pruneCache({ ...options, keep: undefined, now });
    expect(await line.visible()).toEqual([]);
  });

  test('is printed by the command line, and told as JSON', async () => {
    const flags = flagsFor(line);
    const ran = await runCli(['ensure', 'acme:1', '--boot', 'disk', ...flags]);
    expect(ran.stderr).not.toContain('error');
    const paths = ran.stdout
      .trimEnd()
      .split('\n')
      .map((path) => path.split('/').at(-1));
    expect(paths).toEqual(['raw', 'kernel', 'initrd'].map((one) => `${stem}.${one}`));
    const json = parseOutput(await runCli(['ensure', '--boot=disk', 'acme:1', '--json', ...flags]));
    expect(json).toMatchObject({
      boot: { from: 'disk', kernel: { files: ['disk:/boot/vmlinuz-6.1'] } },
      content: { system: { id: 'acme', version: '1' }, arch: 'amd64' },
    });
  });

  test.each([0, 4, 8, 16, 32])(
    'is correct after a process was killed %i ms into reading it',
    async (ms) => {
      const args = ['ensure', 'acme:1', '--boot', '--progress', 'json', ...flagsFor(line)];
      const ran = await runCli(args, {
        onStderr: (text, child) => {
          if (text.includes('reading the kernel')) setTimeout(() => child.kill('SIGKILL'), ms);
        },
      });
      expect(ran.stderr).toContain('reading the kernel');
      const image = await line.ensure('acme:1', { boot: true });
      expect(image.origin).toBe('cache');
      expect(readFileSync(image.boot?.kernel.path ?? '')).toEqual(kernel);
      expect(readFileSync(image.boot?.initrd?.path ?? '')).toEqual(initrd);
      expect((await line.visible()).sort()).toEqual(
        ['initrd', 'kernel', 'raw'].map((one) => `${stem}.${one}`),
      );
      expect(await readdir(join(line.cacheDir, 'images-v1/.staging'))).toEqual([]);
    },
  );
});
