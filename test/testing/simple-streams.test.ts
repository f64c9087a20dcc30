import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import { ensureImage, listImages } from '../../src/index.ts';
import {
  buildQcow2Image,
  buildRawDisk,
  createOpenpgpSigner,
  mirrorsFor,
  type StreamImage,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';
import { makeBzimage } from '../image/make-kernel.ts';

const noble = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
const jammy = { version: '22.04', codename: 'jammy', title: 'Jammy Jellyfish', arch: 'amd64' };
const signer = createOpenpgpSigner();
const signedAt = new Date('2026-11-01T08:00:00Z');
const kernel = makeBzimage();
const initrd = Buffer.from('070701 a small cpio');

let upstream: Upstream;
let cacheDir: string;
let options: EnsureOptions;
beforeEach(async () => {
  upstream = await startUpstream();
  cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-streams-'));
  options = {
    ...{ arch: 'amd64', cacheDir, now: new Date('2026-11-20T12:00:00Z') },
    mirrors: mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']),
    keys: { replace: [signer.publicKey] },
  };
});
afterEach(async () => {
  await upstream.close();
  await rm(cacheDir, { recursive: true, force: true });
});

/** A disk that its mark identifies. */
function makeImage(mark: string): Uint8Array {
  const disk = buildRawDisk({ virtualSize: 4096 });
  disk.set(Buffer.from(mark), 1024);
  const extents = [{ position: 0, bytes: disk }];
  return buildQcow2Image({ virtualSize: 1024 * 1024, extents }).bytes;
}

function offer(...images: StreamImage[]): void {
  serveSimpleStreams(upstream, images, { signer, signedAt });
}

/** The build of a reference, and the mark on its disk. */
async function markOf(reference: string): Promise<[snapshot: string, mark: string]> {
  await using image = await ensureImage(reference, options);
  expect(image.trust.level).toBe('signed');
  const disk = await readFile(image.path);
  return [image.snapshot, disk.toString('latin1', 1024, 1027)];
}

describe('several builds of a release', () => {
  beforeEach(() => {
    offer(
      { ...noble, serial: '20261101', bytes: makeImage('old') },
      { ...noble, serial: '20261115', bytes: makeImage('new') },
      { ...jammy, serial: '20261110', bytes: makeImage('jam') },
    );
  });

  test('the newest is the release, and each is found by its serial', async () => {
    expect(await markOf('ubuntu:24.04')).toEqual(['20261115', 'new']);
    expect(await markOf('ubuntu:24.04@20261101')).toEqual(['20261101', 'old']);
    expect(await markOf('ubuntu:24.04@20261115')).toEqual(['20261115', 'new']);
  });

  test('beside those of another release', async () => {
    expect(await markOf('ubuntu:22.04')).toEqual(['20261110', 'jam']);
    const listed: string[] = [];
    const { mirrors } = options;
    for await (const { release } of listImages('ubuntu', { mirrors })) listed.push(release);
    expect(listed.toSorted()).toEqual(['22.04', '24.04']);
  });
});

describe('kernels', () => {
  const build = { ...noble, serial: '20261101', bytes: makeImage('new') };

  test('a kernel and its initrd are signed and found beside the disk', async () => {
    offer({ ...build, boot: { kernel, initrd } });
    await using image = await ensureImage('ubuntu:24.04', { ...options, boot: true });
    expect(image.boot?.kernel.level).toBe('signed');
    expect(await readFile(image.boot?.kernel.path ?? '')).toEqual(Buffer.from(kernel));
    expect(await readFile(image.boot?.initrd?.path ?? '')).toEqual(initrd);
  });

  test('each build has its own', async () => {
    const other = Buffer.concat([initrd, initrd]);
    const older = { ...build, serial: '20261015', bytes: makeImage('old') };
    offer({ ...build, boot: { kernel, initrd } }, { ...older, boot: { kernel, initrd: other } });
    const old = { ...options, boot: true };
    await using image = await ensureImage('ubuntu:24.04@20261015', old);
    expect(await readFile(image.boot?.initrd?.path ?? '')).toEqual(other);
  });

  test('a build without one has none', async () => {
    offer(build);
    const call = ensureImage('ubuntu:24.04', { ...options, boot: true });
    await expect(call).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(upstream.requests.some(({ path }) => path.includes('/unpacked/'))).toBe(true);
  });
});
