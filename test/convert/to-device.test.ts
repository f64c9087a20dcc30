import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isBlockDevice } from '../../src/convert/device/is-block-device.ts';
import { type ConvertOptions, convertImage, createRootdisk } from '../../src/index.ts';
import type { Disk } from '../../src/kit.ts';
import { buildTarFile } from '../../src/testing/index.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { buildVhdImage } from '../../src/testing/vhd-image.ts';
import { buildVmdkImage } from '../../src/testing/vmdk-image.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { runCli } from '../cli/spawn-cli.ts';
import { makeDisk, sha256 } from '../fixtures/line.ts';
import { makeXz } from '../formats/xz/make-xz.ts';
import {
  addPartition,
  attach,
  type LoopDevice,
  makeLoop,
  runText,
  whyNoLoops,
} from './device/loop-device.ts';

const MiB = 1024 ** 2;
const diskBytes = 6 * MiB;
const deviceBytes = 9 * MiB;
const disk = makeDisk(diskBytes);
for (let at = 2 * MiB; at < 4 * MiB; at += 70_000) {
  createHash('sha256').update(String(at)).digest().copy(disk, at);
}
/** Not a whole number of anything, as after a cut. */
const odd = disk.subarray(0, 4 * MiB + 3 * 512);
const extents = [{ position: 0, bytes: disk }];
const packed = gzipSync(disk);
const images: [string, Uint8Array, Buffer][] = [
  ['disk.raw', disk, disk],
  ['odd.raw', odd, odd],
  ['disk.raw.gz', packed, disk],
  ['odd.raw.gz', gzipSync(odd), odd],
  ['disk.raw.xz', makeXz([disk.subarray(0, 5 * MiB), disk.subarray(5 * MiB)]), disk],
  [
    'disk.vhd.gz',
    gzipSync(buildVhdImage({ virtualSize: diskBytes, extents, variant: 'fixed' }).bytes),
    disk,
  ],
  ['disk.qcow2', buildQcow2Image({ virtualSize: diskBytes, extents }).bytes, disk],
  [
    'small-clusters.qcow2',
    buildQcow2Image({ virtualSize: diskBytes, extents, clusterBits: 9 }).bytes,
    disk,
  ],
  [
    'disk.vmdk',
    buildVmdkImage({ virtualSize: diskBytes, extents, variant: 'streamOptimized' }).bytes,
    disk,
  ],
];

const obstacle = whyNoLoops();
const full = Buffer.alloc(deviceBytes, 0xff);

async function makeInput(bytes: Uint8Array, name = 'disk.img'): Promise<string> {
  const path = join(await tempDir(), name);
  await writeFile(path, bytes);
  return path;
}

const isAll = (bytes: Buffer, value: number): boolean => bytes.every((byte) => byte === value);

async function expectUnchanged({ file }: LoopDevice, bytes: Uint8Array = full): Promise<void> {
  expect(sha256(await readFile(file))).toBe(sha256(bytes));
}

/** Nothing that could boot. */
async function expectBlank(loop: LoopDevice): Promise<void> {
  expect(isAll((await readFile(loop.file)).subarray(0, MiB), 0)).toBe(true);
}

async function expectRefused(
  path: string,
  message: RegExp,
  options: ConvertOptions = {},
): Promise<void> {
  const call = convertImage(await makeInput(disk), path, options);
  await expect(call).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    exitCode: 2,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/./),
    details: { field: 'output', value: path },
  });
}

describe.skipIf(obstacle !== undefined)('convert to a block device', () => {
  test.each(images)('%s becomes the device, whatever was on it', async (name, bytes, expected) => {
    const loop = await makeLoop(full);
    const result = await convertImage(await makeInput(bytes, name), loop.path);
    expect(result).toMatchObject({
      path: loop.path,
      virtualSize: expected.length,
      allocatedBytes: expected.length,
    });
    const found = await readFile(loop.file);
    expect(sha256(found.subarray(0, expected.length))).toBe(sha256(expected));
    expect(isAll(found.subarray(expected.length), 0xff)).toBe(true);
    expect((await stat(loop.path)).isBlockDevice()).toBe(true);
  });

  test('a fixed VHD in an archive, whose disk just fits the device', async () => {
    const whole = makeDisk(deviceBytes);
    const fixed = { virtualSize: deviceBytes, extents: [{ position: 0, bytes: whole }] };
    const { bytes } = buildVhdImage({ ...fixed, variant: 'fixed' });
    const loop = await makeLoop(full);
    await convertImage(await makeInput(gzipSync(buildTarFile({ 'disk.vhd': bytes }))), loop.path);
    expect(sha256(await readFile(loop.file))).toBe(sha256(whole));
  });

  test('the command line takes one too, through a link', async () => {
    const loop = await makeLoop(full);
    const input = await makeInput(packed);
    const link = join(await tempDir(), 'by-id');
    await symlink(loop.path, link);
    const ran = await runCli(['convert', input, link]);
    expect(ran).toMatchObject({ code: 0, stdout: `${link}\n` });
    expect(sha256((await readFile(loop.file)).subarray(0, diskBytes))).toBe(sha256(disk));
  });

  test('a partition is written and its neighbours are not', async () => {
    const loop = await makeLoop(full);
    const partition = addPartition(loop);
    const small = makeDisk(3 * MiB);
    await convertImage(await makeInput(small), partition);
    const found = await readFile(loop.file);
    expect(isAll(found.subarray(0, MiB), 0xff)).toBe(true);
    expect(sha256(found.subarray(MiB, 4 * MiB))).toBe(sha256(small));
    expect(isAll(found.subarray(4 * MiB), 0xff)).toBe(true);
  });

  test('a backup partition table of what was there goes, and nothing else behind the disk', async () => {
    const before = Buffer.from(full);
    before.write('EFI PART', deviceBytes - 512);
    const loop = await makeLoop(before);
    await convertImage(await makeInput(packed), loop.path);
    const found = await readFile(loop.file);
    expect(isAll(found.subarray(diskBytes, -512), 0xff)).toBe(true);
    expect(isAll(found.subarray(-512), 0)).toBe(true);
  });
});

describe.skipIf(obstacle !== undefined)('a device in use is refused and stays as it is', () => {
  test('mounted, as a whole or a partition of it', async () => {
    const loop = await makeLoop(full);
    const partition = addPartition(loop);
    runText('mkfs.ext4', ['-q', partition]);
    const place = join(await tempDir(), 'a place');
    await mkdir(place);
    runText('mount', [partition, place]);
    onTestFinished(() => {
      runText('umount', ['-l', place]);
    });
    await writeFile(join(place, 'kept'), 'kept');
    runText('sync', ['-f', place]);
    await expectRefused(loop.path, /p1 is mounted at .*a place$/);
    await expectRefused(partition, /p1 is mounted at .*a place$/);
    expect(await readFile(join(place, 'kept'), 'utf8')).toBe('kept');
    expect(isAll((await readFile(loop.file)).subarray(0, MiB), 0xff)).toBe(true);
  });

  test('used as swap space', async (context) => {
    const loop = await makeLoop(full);
    runText('mkswap', [loop.path]);
    try {
      runText('swapon', [loop.path]);
    } catch {
      context.skip('may not swap');
    }
    onTestFinished(() => {
      runText('swapoff', [loop.path]);
    });
    await expectRefused(loop.path, /is used as swap space$/);
  });

  test('under another loop device', async () => {
    const loop = await makeLoop(full);
    const over = attach(loop.path);
    await expectRefused(loop.path, new RegExp(`${loop.path} is the backing file of ${over}`));
    await expectUnchanged(loop);
  });

  test('claimed by another program', async () => {
    const loop = await makeLoop(full);
    const handle = await open(loop.path, constants.O_RDONLY | constants.O_EXCL);
    onTestFinished(() => handle.close());
    await expectRefused(loop.path, /is in use$/);
    await expectUnchanged(loop);
  });

  test('made of the very file that is converted', async () => {
    const loop = await makeLoop(disk);
    const call = convertImage(loop.file, loop.path);
    await expect(call).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    await expectUnchanged(loop, disk);
  });

  test('write-protected', async () => {
    const file = await makeInput(full);
    const path = attach(file, '-r');
    const call = convertImage(await makeInput(disk), path);
    await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_IO', details: { path } });
    await expectUnchanged({ path, file });
  });
});

describe.skipIf(obstacle !== undefined)('a device that is too small', () => {
  const small = Buffer.alloc(4 * MiB, 0xff);

  test('for a disk of known size is not touched', async () => {
    const loop = await makeLoop(small);
    const call = convertImage(await makeInput(disk), loop.path);
    await expect(call).rejects.toMatchObject({
      code: 'ERR_NO_SPACE',
      exitCode: 7,
      message: expect.stringMatching(/4194304.*6291456/),
      details: { neededBytes: diskBytes, freeBytes: 4 * MiB },
    });
    await expectUnchanged(loop, small);
  });

  test('is not touched by a decoder that writes before it sets the size', async () => {
    const eager: Disk = {
      kind: 'disk',
      id: 'eager',
      detect: () => true,
      open: async () => ({
        virtualSize: diskBytes,
        facts: { features: [] },
        async copyTo(sink) {
          await sink.write(0, Buffer.alloc(512, 1));
          await sink.setSize(diskBytes);
        },
      }),
    };
    const loop = await makeLoop(small);
    const call = createRootdisk({ formats: [eager] }).convertImage(
      await makeInput(disk),
      loop.path,
    );
    await expect(call).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
    await expectUnchanged(loop, small);
  });

  test('for what unpacks to more is left without a beginning', async () => {
    const loop = await makeLoop(small);
    const call = convertImage(await makeInput(packed), loop.path);
    await expect(call).rejects.toMatchObject({
      code: 'ERR_NO_SPACE',
      details: { freeBytes: 4 * MiB },
    });
    await expectBlank(loop);
  });
});

describe.skipIf(obstacle !== undefined)('a conversion that fails', () => {
  test('at its last sum leaves nothing that boots', async () => {
    const loop = await makeLoop(full);
    const bad = Buffer.from(packed);
    bad[bad.length - 8] = (bad.at(-8) ?? 0) ^ 1;
    const call = convertImage(await makeInput(bad), loop.path);
    await expect(call).rejects.toMatchObject({ code: 'ERR_DECODE', exitCode: 6 });
    await expectBlank(loop);
    // The next one is as good as any.
    await convertImage(await makeInput(packed), loop.path);
    expect(sha256((await readFile(loop.file)).subarray(0, diskBytes))).toBe(sha256(disk));
  });

  test.each([
    ['is invalid', Buffer.from('<!DOCTYPE html><html>')],
    ['is larger than allowed', disk],
  ])('because the image %s does not touch the device', async (_, bytes) => {
    const loop = await makeLoop(full);
    const limits = { virtualBytes: 5 * MiB };
    const call = convertImage(await makeInput(bytes), loop.path, { limits });
    await expect(call).rejects.toMatchObject({ exitCode: 6 });
    await expectUnchanged(loop);
  });

  test('because the disk is itself an image leaves nothing that boots', async () => {
    const loop = await makeLoop(full);
    const inner = Buffer.alloc(2 * MiB);
    Buffer.from(buildQcow2Image({ virtualSize: MiB, extents: [] }).bytes).copy(inner);
    const outer = buildQcow2Image({
      virtualSize: inner.length,
      extents: [{ position: 0, bytes: inner }],
    });
    const call = convertImage(await makeInput(outer.bytes), loop.path);
    await expect(call).rejects.toMatchObject({ details: { reason: 'nested-format' } });
    await expectBlank(loop);
  });

  test('by an abort leaves nothing that boots', async () => {
    const loop = await makeLoop(full);
    const controller = new AbortController();
    const reason = new Error('stop');
    const onProgress = (bytes: number) => {
      if (bytes > 3 * MiB) controller.abort(reason);
    };
    const call = convertImage(await makeInput(packed), loop.path, {
      signal: controller.signal,
      onProgress,
    });
    await expect(call).rejects.toBe(reason);
    await expectBlank(loop);
    // The device is free again.
    await convertImage(await makeInput(packed), loop.path);
  });
});

describe('what is neither a file nor a block device is refused and stays what it is', () => {
  test('a pipe', async () => {
    const path = join(await tempDir(), 'pipe');
    runText('mkfifo', [path]);
    await expectRefused(path, /neither a file nor a block device$/);
    expect((await stat(path)).isFIFO()).toBe(true);
  });

  test.skipIf(obstacle !== undefined)('a character device', async () => {
    const path = join(await tempDir(), 'null');
    runText('mknod', [path, 'c', '1', '3']);
    await expectRefused(path, /neither a file nor a block device$/);
    expect((await stat(path)).isCharacterDevice()).toBe(true);
  });
});

test('devices of macOS are not supported yet, and the error says so', async () => {
  await expect(isBlockDevice('/dev/null', 'darwin')).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: expect.stringContaining('not supported yet on darwin'),
  });
  expect(await isBlockDevice('/no/such/file', 'darwin')).toBe(false);
});

test.skipIf(obstacle === undefined)(`loop devices are not tried: ${obstacle}`, () => {
  expect(obstacle).toBeDefined();
});
