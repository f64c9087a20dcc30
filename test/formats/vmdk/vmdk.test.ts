import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import type { DefectReason } from '../../../src/kit.ts';
import { buildVmdkImage } from '../../../src/testing/vmdk-image.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeDisk, decodeInto } from '../decode-disk.ts';
import { expectAbort, expectSinkFailure, expectTransferFailure } from '../ended-decoding.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { changeDescriptor, expectRefusal, subject } from './subject.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
const extents = [{ position: MiB, bytes: content('noise', 1, MiB) }];
const variants = ['monolithicSparse', 'streamOptimized'] as const;
const layouts = variants.flatMap((variant) =>
  (['first', 'spread', 'last'] as const).map((tables) => ({ variant, tables })),
);

test('recognises sparse files in any version, and the kinds that are refused by name', () => {
  const head = buildVmdkImage({ virtualSize: MiB, extents: [] }).bytes;
  expect(vmdk.detect({ head })).toBe(true);
  expect(vmdk.detect({ head: Uint8Array.from(Buffer.from('KDMV\xff\xff\xff\xff')) })).toBe(true);
  expect(vmdk.detect({ head: Uint8Array.from(Buffer.from('COWD')) })).toBe(true);
  expect(vmdk.detect({ head: Uint8Array.of(0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0) })).toBe(true);
  const descriptor = Buffer.from('\n# made by hand\n# disk descriptorfile\nversion=1\n');
  expect(vmdk.detect({ head: Uint8Array.from(descriptor) })).toBe(true);
  expect(vmdk.detect({ head: Uint8Array.from(Buffer.from('# a comment\nversion=1\n')) })).toBe(
    false,
  );
  expect(vmdk.detect({ head: head.subarray(0, 3) })).toBe(false);
  expect(vmdk.detect({ head: new Uint8Array(512) })).toBe(false);
});

const text = '# Disk DescriptorFile\nversion=1\nparentCID=ffffffff\n';
const others: [string, DefectReason, string][] = [
  [
    'a flat descriptor',
    'external-reference',
    `${text}createType="monolithicFlat"\nRW 8 FLAT "/etc/passwd" 0\n`,
  ],
  [
    'in upper case, behind comments',
    'external-reference',
    `\n# so\n${text.toUpperCase()}CREATETYPE="fullDevice"\n`,
  ],
  [
    'a device map',
    'unsupported-variant',
    `${text}createType="vmfsRawDeviceMap"\nRW 8 VMFSRDM "x"\n`,
  ],
  [
    'one of a sparse file',
    'external-reference',
    `${text}createType="monolithicSparse"\nRW 8 SPARSE "a"\n`,
  ],
  ['a descriptor that makes no sense', 'external-reference', `${text}???\n`],
  ['COWD', 'unsupported-variant', `COWD${'\0'.repeat(600)}`],
  ['seSparse', 'unsupported-variant', `\xbe\xba\xfe\xca${'\0'.repeat(600)}`],
  ['nothing', 'empty', ''],
  ['something else', 'format-mismatch', 'KDMA'],
  ['two letters', 'truncated', 'KD'],
  ['only the magic', 'truncated', 'KDMV'],
];

test.each(others)('not recognized as a sparse file: %s', async (_, reason, bytes) => {
  await expectRefusal(Uint8Array.from(Buffer.from(bytes, 'latin1')), reason);
});

test('reports the facts of an image without reading its tables', async () => {
  const options = { virtualSize: 4 * MiB, extents, grainSectors: 64 };
  const sparse = buildVmdkImage({ ...options, tables: 'last', redundant: true });
  sparse.bytes[72] = 1;
  const stream = buildVmdkImage({ ...options, variant: 'streamOptimized', tables: 'last' });
  const facts = [];
  for (const { bytes } of [sparse, stream]) {
    const source = new SteppedSource(bytes, { readyBytes: 16 * 1024, sizeKnown: false });
    const image = await vmdk.open(source, decodeContext());
    expect(image.virtualSize).toBe(4 * MiB);
    facts.push(image.facts);
  }
  expect(facts).toEqual([
    {
      variant: 'monolithicSparse',
      clusterBytes: 32_768,
      features: ['redundant grain directory', 'unclean shutdown'],
    },
    { variant: 'streamOptimized', clusterBytes: 32_768, compression: 'zlib', features: [] },
  ]);
});

test('reads every byte once, and tables a second time at most', async () => {
  for (const layout of layouts) {
    const { bytes } = buildVmdkImage({ virtualSize: 4 * MiB, extents, ...layout });
    const source = new SteppedSource(bytes, 'whole');
    await decodeDisk(vmdk, source);
    expect(source.readBytes).toBeLessThan(bytes.length + 0.4 * MiB);
  }
});

test.each(layouts)(
  'an empty disk of 256 GiB is read quickly: $variant, tables $tables',
  async (layout) => {
    const { bytes } = buildVmdkImage({ virtualSize: 256 * GiB, extents: [], ...layout });
    const sink = await decodeDisk(vmdk, bytes);
    expect(sink.sizeBytes).toBe(256 * GiB);
    expect(sink.writtenBytes).toBe(0);
  },
);

test.each(layouts)(
  'zeroes the holes on a used device: $variant, tables $tables',
  async (layout) => {
    const virtualSize = 40 * MiB + 512;
    const far = [
      ...extents,
      { position: 30 * MiB + 4096, bytes: content('noise', 2, 20_000) },
      { position: virtualSize - 512, bytes: content('text', 3, 512) },
    ];
    const { bytes } = buildVmdkImage({ virtualSize, extents: far, ...layout, tableEntries: 128 });
    const sink = await decodeInto(vmdk, bytes, new PageSink(0xee));
    expect(sink.sha256()).toBe(digestOf(virtualSize, far));
  },
);

test.each(variants)('rethrows the reason of an abort while it waits: %s', async (variant) => {
  const { bytes } = buildVmdkImage({ virtualSize: 4 * MiB, extents, variant });
  await expectAbort(vmdk, { bytes, readyBytes: MiB / 2 }, () => Promise.resolve());
});

test.each(layouts)(
  'passes on a failure of the transfer: $variant, tables $tables',
  async (layout) => {
    const { bytes } = buildVmdkImage({ virtualSize: 4 * MiB, extents, ...layout });
    for (const readyBytes of [1000, 11_000, 80_000, 300_000, bytes.length - 1]) {
      await expectTransferFailure(vmdk, { bytes, readyBytes });
    }
  },
);

test.each(variants)(
  'passes on a failure of the sink, once no other write is running: %s',
  async (variant) => {
    const noise = [{ position: 0, bytes: content('noise', 4, 4 * MiB) }];
    const { bytes } = buildVmdkImage({ virtualSize: 4 * MiB, extents: noise, variant });
    const sink = await expectSinkFailure(
      vmdk,
      bytes,
      (position, length) => position + length > MiB,
    );
    expect(sink.writtenBytes).toBeLessThan(4 * MiB);
  },
);

test.each(layouts)(
  'waits for the very end of the file: $variant, tables $tables',
  async (layout) => {
    const built = buildVmdkImage({ virtualSize: 4 * MiB, extents, ...layout });
    // More than any part of the image needs.
    const bytes = Uint8Array.from(Buffer.concat([built.bytes, new Uint8Array(MiB)]));
    const source = new SteppedSource(bytes, { readyBytes: bytes.length - 1, sizeKnown: true });
    const sink = new PageSink();
    let finished = false;
    const done = decodeInto(vmdk, source, sink).then(() => {
      finished = true;
    });
    await sink.written(MiB);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(finished).toBe(false);
    source.grow(bytes.length);
    await done;
    expect(sink.sha256()).toBe(digestOf(4 * MiB, extents));
  },
);

test.each([
  ['monolithicSparse', 'noise'],
  ['streamOptimized', 'noise'],
  ['streamOptimized', 'zeros but one byte a grain'],
] as const)('never runs far ahead of a slow sink: %s, %s', async (variant, kind) => {
  const size = 16 * MiB;
  const data = kind === 'noise' ? content('noise', 7, size) : new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) data[at] = 1;
  const disk = { virtualSize: size, extents: [{ position: 0, bytes: data }] };
  const source = new SteppedSource(buildVmdkImage({ ...disk, variant }).bytes, 'whole');
  const sink = new PageSink();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: busy, resolve: isBusy } = Promise.withResolvers<void>();
  let waitingBytes = 0;
  let waiting = 0;
  const write = sink.write.bind(sink);
  sink.write = async (position, bytes) => {
    waitingBytes += bytes.length;
    waiting += 1;
    if (waiting === 4) isBusy();
    await released;
    await write(position, bytes);
  };
  const done = decodeInto(vmdk, source, sink, decodeContext({ width: 4 }));
  await busy;
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  expect(waitingBytes).toBeLessThanOrEqual(4 * MiB);
  expect(source.readBytes).toBeLessThan(9 * MiB);
  release();
  await done;
  expect(sink.sha256()).toBe(digestOf(size, disk.extents));
});

test('a shorter CID leaves the end of the old descriptor after the new one', async () => {
  const image = subject();
  const older = subject();
  changeDescriptor((text) => text.replace(/CID=[0-9a-f]+/, (cid) => `${cid}00`))(older);
  const end = image.bytes.indexOf(0, 512);
  image.bytes.set(older.bytes.subarray(end + 1, 512 + 20 * 512), end + 1);
  expect(image.bytes[end + 1]).not.toBe(0);
  const sink = await decodeDisk(vmdk, image.bytes);
  expect(sink.sizeBytes).toBe(4 * MiB);
});
