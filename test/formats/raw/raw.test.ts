import { describe, expect, test } from 'vitest';
import { raw } from '../../../formats/raw.ts';
import { DecodeError, type DiskSink } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, streamOnlySource, wholeSource } from '../shared/byte-sources.ts';
import { diskLikeBytes, refusalOf, sha256 } from '../shared/decoding.ts';

const MiB = 1024 * 1024;

/** Records calls in their order, and the bytes at their places. */
class RecordingSink implements DiskSink {
  readonly zeroed = true;
  readonly calls: string[] = [];
  readonly bytes = new Uint8Array(8 * MiB);
  writing = 0;
  mostWriting = 0;
  failAt = Number.POSITIVE_INFINITY;

  async setSize(bytes: number): Promise<void> {
    this.calls.push(`size ${bytes}`);
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.calls.push(`write ${position} ${bytes.length}`);
    this.writing += 1;
    this.mostWriting = Math.max(this.mostWriting, this.writing);
    await new Promise(setImmediate);
    this.writing -= 1;
    if (position >= this.failAt) throw new Error('the disk is full');
    this.bytes.set(bytes, position);
  }

  async zero(): Promise<void> {
    throw new Error('a raw disk is only written');
  }
}

async function* inPieces(bytes: Uint8Array, ...lengths: number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const end = at + (lengths[i % lengths.length] ?? MiB);
    yield bytes.subarray(at, end);
    at = end;
  }
}

const disk = diskLikeBytes(3 * MiB + 512);

describe('copies', () => {
  const sources = {
    'a file': () => wholeSource(disk, MiB),
    'a stream of small pieces': () => streamOnlySource(inPieces(disk, 1000, 65_536, 3)),
    'a stream of large pieces': () => streamOnlySource(inPieces(disk, 3 * MiB)),
  };
  test.each(Object.entries(sources))('%s byte for byte, in steps of 1 MiB', async (name, make) => {
    const image = await raw.open(make(), decodeContext());
    const sink = new RecordingSink();
    await image.copyTo(sink);
    expect(sha256(sink.bytes.subarray(0, disk.length))).toBe(sha256(disk));
    const writes = [0, MiB, 2 * MiB].map((at) => `write ${at} ${MiB}`);
    const all = [...writes, `write ${3 * MiB} 512`];
    const size = `size ${disk.length}`;
    expect(sink.calls).toEqual(name === 'a file' ? [size, ...all] : [...all, size]);
    expect(sink.mostWriting).toBe(1);
  });

  test('a disk whose last sector is incomplete, with a warning', async () => {
    const odd = disk.subarray(0, 1000);
    for (const source of [wholeSource(odd), streamOnlySource(inPieces(odd, 400))]) {
      const image = await raw.open(source, decodeContext());
      const sink = new RecordingSink();
      await image.copyTo(sink);
      expect(sink.calls).toContain('size 1000');
      expect(image.facts.features).toEqual(['incomplete-last-sector']);
    }
  });

  test('while the bytes arrive', async () => {
    const source = new GrowingSource();
    source.push(disk.subarray(0, 2 * MiB));
    const image = await raw.open(source, decodeContext());
    expect(image.virtualSize).toBeUndefined();
    const sink = new RecordingSink();
    const copying = image.copyTo(sink);
    while (sink.calls.length < 1) await new Promise(setImmediate);
    source.push(disk.subarray(2 * MiB));
    source.end();
    await copying;
    expect(sha256(sink.bytes.subarray(0, disk.length))).toBe(sha256(disk));
  });
});

describe('refuses', () => {
  const openFile = (bytes: Uint8Array, virtualBytes: number) =>
    raw.open(wholeSource(bytes), decodeContext({ limits: { virtualBytes } }));
  const openStream = (bytes: Uint8Array, virtualBytes: number) =>
    raw.open(streamOnlySource(inPieces(bytes, 1000)), decodeContext({ limits: { virtualBytes } }));

  test('a disk above the limit: immediately if the length is known, else at the limit', async () => {
    expect(await refusalOf(openFile(disk, disk.length - 1))).toBe('limit');
    const sink = new RecordingSink();
    const image = await openStream(disk, disk.length - 1);
    expect(await refusalOf(image.copyTo(sink))).toBe('limit');
    expect(sink.calls).not.toContain(`size ${disk.length}`);
    await (await openStream(disk, disk.length)).copyTo(new RecordingSink());
  });

  test('a file that is shorter than its stated length', async () => {
    const source = { ...wholeSource(disk), sizeBytes: disk.length + 1 };
    const image = await raw.open(source, decodeContext());
    expect(await refusalOf(image.copyTo(new RecordingSink()))).toBe('truncated');
  });
});

describe('ends', () => {
  test('with the error of the disk that is written to', async () => {
    const image = await raw.open(wholeSource(disk), decodeContext());
    const sink = new RecordingSink();
    sink.failAt = MiB;
    await expect(image.copyTo(sink)).rejects.toThrow('the disk is full');
  });

  test('with the error of the source, after the running write', async () => {
    const failure = new Error('connection lost');
    const source = streamOnlySource(
      (async function* () {
        yield disk.subarray(0, 2 * MiB);
        throw failure;
      })(),
    );
    const sink = new RecordingSink();
    const image = await raw.open(source, decodeContext());
    await expect(image.copyTo(sink)).rejects.toBe(failure);
    expect(sink.writing).toBe(0);
  });

  test('with an abort, whose reason it throws', async () => {
    const controller = new AbortController();
    const source = new GrowingSource(disk.length);
    source.push(disk.subarray(0, MiB));
    const image = await raw.open(source, decodeContext({ signal: controller.signal }));
    const reason = { why: 'no longer wanted' };
    const copying = image.copyTo(new RecordingSink());
    setImmediate(() => controller.abort(reason));
    await expect(copying).rejects.toBe(reason);
  });

  test('with an abort before the copy, and releases the source', async () => {
    const controller = new AbortController();
    const source = new GrowingSource();
    source.push(disk);
    await raw.open(source, decodeContext({ signal: controller.signal }));
    controller.abort();
    await new Promise(setImmediate);
    expect(source.left).toBe(true);
  });
});

interface Sector {
  [offset: number]: string | readonly number[];
}

function sectors(content: Sector, length = 128 * 1024): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (const [offset, value] of Object.entries(content)) {
    bytes.set(typeof value === 'string' ? Buffer.from(value, 'latin1') : value, Number(offset));
  }
  return bytes;
}

const signature = { 510: [0x55, 0xaa] };
const linux = [0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0];
const fatBlock = { 0: [0xeb, 0x3c, 0x90], 11: [0, 2, 4, 1, 0, 2, 0, 2, 0, 0x10, 0xf8] };
const extBlock = { 1080: [0x53, 0xef], 1048: [2, 0, 0, 0], 1100: [1, 0, 0, 0] };

describe('recognises', () => {
  const cases: [string, string | undefined, Uint8Array][] = [
    ['an MBR with a partition', 'MBR', sectors({ ...signature, 446: linux })],
    ['one sector alone', 'MBR', sectors({ ...signature, 446: linux }, 512)],
    [
      'boot code without partitions',
      'unpartitioned',
      sectors({ ...signature, 0: [0xfa, 0x33, 0xc0] }),
    ],
    ['a GPT', 'GPT', sectors({ ...signature, 446: linux, 512: 'EFI PART' })],
    ['a GPT on sectors of 4096 bytes', 'GPT', sectors({ 4096: 'EFI PART' })],
    ['ext', 'ext', sectors(extBlock)],
    ['ext with a boot sector', 'ext', sectors({ ...extBlock, ...signature, 0: [0xeb] })],
    ['XFS', 'xfs', sectors({ 0: 'XFSB' })],
    ['btrfs', 'btrfs', sectors({ 65600: '_BHRfS_M' })],
    ['squashfs', 'squashfs', sectors({ 0: 'hsqs' })],
    ['EROFS', 'erofs', sectors({ 1024: [0xe2, 0xe1, 0xf5, 0xe0] })],
    ['FAT', 'fat', sectors({ ...signature, ...fatBlock })],
    ['NTFS', 'ntfs', sectors({ ...signature, 3: 'NTFS    ' })],
    ['exFAT', 'exfat', sectors({ ...signature, 3: 'EXFAT   ' })],
    ['no zeros', undefined, sectors({})],
    ['no signature in an empty sector', undefined, sectors(signature)],
    [
      'no entry with an impossible status',
      undefined,
      sectors({ ...signature, 446: [0x42, ...linux.slice(1)] }),
    ],
    [
      'no entry without a length',
      undefined,
      sectors({ ...signature, 446: [...linux.slice(0, 12), 0, 0, 0, 0] }),
    ],
    ['no ext magic in noise', undefined, sectors({ 1080: [0x53, 0xef], 1048: [99, 0, 0, 0] })],
    ['no kernel', undefined, sectors({ ...signature, 446: linux, 514: 'HdrS' })],
    ['no text', undefined, Buffer.from('not a disk at all\n'.repeat(100))],
    ['no bytes', undefined, new Uint8Array(0)],
  ];
  test.each(cases)('%s', async (_, variant, head) => {
    expect(raw.detect({ head })).toBe(variant !== undefined);
    if (variant === undefined) return;
    const image = await raw.open(wholeSource(head), decodeContext());
    expect(image.facts.variant).toBe(variant);
  });

  test.each([
    ['a fixed VHD', 'conectix', 512],
    ['an old fixed VHD', 'conectix', 511],
    ['a dmg', 'koly', 512],
  ])('no disk with the footer of %s', (_, magic, length) => {
    const head = sectors({ ...signature, 446: linux });
    const tail = sectors({ [4096 - length]: magic }, 4096);
    expect(raw.detect({ head, tail })).toBe(false);
    expect(raw.detect({ head, tail: new Uint8Array(4096) })).toBe(true);
  });
});

test('the error says what to do', async () => {
  const limits = { virtualBytes: 512 };
  const error = await raw.open(wholeSource(disk), decodeContext({ limits })).catch((e) => e);
  expect(error).toBeInstanceOf(DecodeError);
  expect(error.code).toBe('ERR_LIMIT');
  expect(error.hint).toMatch(/limits\.virtualBytes/);
});
