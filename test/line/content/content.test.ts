import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsuredImage } from '../../../src/core.ts';
import { buildQcow2Image } from '../../../src/testing/qcow2-image.ts';
import type { AcmeBuild } from '../../fixtures/acme.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { makeSystemDisk, systemFiles } from '../../fixtures/system-disk.ts';
import { hasProgram } from '../../seed/read-back.ts';

const acme7 = 'ID=acme\nID_LIKE="debian"\nVERSION_ID="7"\nPRETTY_NAME="Acme OS 7 (rocket)"\n';
const content7 = {
  system: { id: 'acme', version: '7', name: 'Acme OS 7 (rocket)' },
  arch: 'amd64',
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

function offer(disk: Uint8Array, more: Partial<AcmeBuild> = {}): void {
  const build = { release: '7', snapshot: '1', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk), osIds: ['acme'], ...more }, disk);
}

const codesOf = ({ trust }: EnsuredImage): string[] => trust.warnings.map(({ code }) => code);

describe.skipIf(!hasProgram('mke2fs'))('a disk with a system on it', () => {
  test('is reported with its name, version and architecture, from the cache and in the record too', async () => {
    offer(makeSystemDisk(systemFiles(acme7)));
    const image = await line.ensure('acme:7');
    expect(image.content).toEqual(content7);
    expect(codesOf(image)).not.toContain('other-version');
    const again = await line.ensure('acme:7', { offline: true });
    expect(again).toMatchObject({ origin: 'cache', content: content7 });
    const record: unknown = JSON.parse(readFileSync(`${image.path}.json`, 'utf8'));
    expect(record).toMatchObject({ content: content7, guest: { osIds: ['acme'] } });
  });

  test('is reported for a disk that a writer made, from the network and from the raw disk', async () => {
    offer(makeSystemDisk(systemFiles(acme7)));
    expect((await line.ensure('acme:7', { format: 'vdi' })).content).toEqual(content7);
    await line.ensure('acme:7');
    const vhd = await line.ensure('acme:7', { format: 'vhdx' });
    expect(vhd).toMatchObject({ origin: 'cache', content: content7 });
  });

  test.each([
    ['another system', systemFiles('ID=other\nVERSION_ID=7\n'), 'acme', 'other'],
    ['a system that is like the right one', systemFiles('ID=x\nID_LIKE=acme\n'), 'acme', 'x'],
    ['another architecture', systemFiles(acme7, 'arm64'), 'amd64', 'arm64'],
    ['programs for 32 bits', systemFiles(acme7, '386'), 'amd64', '386'],
  ])('is refused if it holds %s, with any digest', async (_, files, declared, detected) => {
    offer(makeSystemDisk(files));
    await expect(line.ensure('acme:7')).rejects.toMatchObject({
      code: 'ERR_UNSAFE_IMAGE',
      exitCode: 6,
      details: { reason: 'wrong-content', declared, detected },
    });
    expect(await line.visible()).toEqual([]);
  });

  test('is refused also if the vendor published it in another format and the caller wants a written format', async () => {
    offer(makeSystemDisk(systemFiles('ID=other\n')));
    await expect(line.ensure('acme:7', { format: 'vhdx' })).rejects.toMatchObject({
      details: { reason: 'wrong-content' },
    });
    expect(await line.visible()).toEqual([]);
  });

  test('may hold any system if none is expected', async () => {
    const disk = makeSystemDisk(systemFiles('ID=other\nVERSION_ID=9\n', 'arm64'));
    offer(disk, { osIds: undefined as never });
    const image = await line.ensure('acme:7', { arch: 'arm64' });
    expect(image.content?.system?.id).toBe('other');
    expect(codesOf(image)).not.toContain('other-version');
    line.upstream.route('files.example/any.raw', disk);
    const url = 'https://files.example/any.raw';
    const mirrors = {
      ...line.mirrors,
      'https://files.example/': `${line.upstream.url}files.example/`,
    };
    const own = await line.ensure(url, { digest: sha256(disk), mirrors });
    expect(own.content).toEqual({ system: { id: 'other', version: '9' }, arch: 'arm64' });
  });

  test('of another version is accepted with a warning, in later calls too', async () => {
    offer(makeSystemDisk(systemFiles('ID=acme\nVERSION_ID=8\n')));
    for (const origin of ['network', 'cache']) {
      const image = await line.ensure('acme:7');
      expect(image.origin).toBe(origin);
      expect(codesOf(image)).toContain('other-version');
    }
  });

  test('without an ID in its os-release is unknown', async () => {
    offer(makeSystemDisk({ ...systemFiles('', 'amd64'), 'etc/hostname': 'acme' }));
    expect((await line.ensure('acme:7')).content).toEqual({
      unknown: { reason: 'not-found', message: expect.stringMatching(/no root/) },
    });
  });

  test('in a file system that cannot be read is accepted, and its content is unknown', async () => {
    const disk = makeSystemDisk(systemFiles('ID=other\n'));
    // An unknown incompatible feature.
    disk.writeUInt32LE(0x8000_0000, 1024 + 0x60);
    offer(disk);
    const { content } = await line.ensure('acme:7');
    expect(content).toMatchObject({ unknown: { reason: 'unsupported-feature' } });
    expect(content).not.toHaveProperty('system');
  });
});

test('a disk without a file system is accepted, and its content is unknown', async () => {
  offer(makeDisk());
  expect((await line.ensure('acme:7')).content).toMatchObject({ unknown: { reason: 'not-found' } });
});

test('a download that is the disk itself is read too', async () => {
  const gzip = gzipSync(makeDisk());
  const layers = ['gz', 'raw'];
  line.offer({ release: '7', snapshot: '1', file: 'a.gz', layers, digest: sha256(gzip) }, gzip);
  const raw = await line.ensure('acme:7', { format: 'source' });
  expect(raw.format).toBe('raw');
  expect(raw.content).toMatchObject({ unknown: { reason: 'not-found' } });
});

test('a disk in the format of the vendor is not read', async () => {
  const qcow2 = buildQcow2Image({ virtualSize: 1024 * 1024, extents: [] }).bytes;
  const layers = ['qcow2'];
  line.offer(
    { release: '7', snapshot: '1', file: 'a.qcow2', layers, digest: sha256(qcow2) },
    qcow2,
  );
  const image = await line.ensure('acme:7', { format: 'source' });
  expect(image.format).toBe('qcow2');
  expect(image).not.toHaveProperty('content');
});

test('a record of an earlier version, without content, still answers', async () => {
  offer(makeDisk());
  const image = await line.ensure('acme:7');
  const path = `${image.path}.json`;
  const { content: _, ...older } = JSON.parse(readFileSync(path, 'utf8'));
  chmodSync(path, 0o644);
  writeFileSync(path, JSON.stringify({ ...older, later: 'a field of a later version' }));
  const again = await line.ensure('acme:7', { offline: true });
  expect(again.origin).toBe('cache');
  expect(again).not.toHaveProperty('content');
});
