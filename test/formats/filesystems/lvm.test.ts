import { describe, expect, test } from 'vitest';
import { lvm } from '../../../formats/filesystems/lvm.ts';
import { describeGroup, extentBytes, makePhysicalVolume, segment } from './lvm-volume.ts';
import { memorySource } from './memory-source.ts';

const context = { signal: new AbortController().signal, log: () => {} };
const open = (bytes: Uint8Array) => lvm.open(memorySource(bytes), context);
const visible = 'status = ["READ", "WRITE", "VISIBLE"]';
const root = `root {\n${visible}\n${segment(1, 0, 2, '"pv0", 3')}${segment(2, 2, 1, '"pv0", 9')}}`;

async function firstBytes(bytes: Uint8Array): Promise<number[]> {
  const table = await open(bytes);
  const [volume] = table?.volumes ?? [];
  const found = (await volume?.source.read(0, 10 * extentBytes)) ?? [];
  return [0, 1, 2].map((extent) => found[extent * extentBytes] ?? -1);
}

describe('logical volumes', () => {
  test('segments follow each other, in any order on the disk', async () => {
    const disk = makePhysicalVolume(describeGroup(root));
    expect(lvm.detect({ head: disk })).toBe(true);
    expect(await open(disk)).toMatchObject({
      scheme: 'lvm2',
      volumes: [{ name: 'ol/root', sizeBytes: 3 * extentBytes }],
    });
    expect(await firstBytes(disk)).toEqual([3, 4, 9]);
  });

  test('a read across two segments', async () => {
    const table = await open(makePhysicalVolume(describeGroup(root)));
    const bytes = await table?.volumes[0]?.source.read(2 * extentBytes - 1, 2);
    expect([...(bytes ?? [])]).toEqual([4, 9]);
  });

  test('a description that wraps at the end of its area', async () => {
    const disk = makePhysicalVolume(describeGroup(root), { textAt: 64 * 1024 - 100 });
    expect(await firstBytes(disk)).toEqual([3, 4, 9]);
  });

  test('volumes that are not visible are left out', async () => {
    const hidden = `hidden {\nstatus = ["READ"]\n${segment(1, 0, 1, '"pv0", 0')}}`;
    const table = await open(makePhysicalVolume(describeGroup(`${hidden}\n${root}`)));
    expect(table?.volumes.map(({ name }) => name)).toEqual(['ol/root']);
  });

  test.each([
    ['thin', segment(1, 0, 1, '"pv0", 0', 'thin'), 'of type thin'],
    ['raid', segment(1, 0, 1, '"pv0", 0', 'raid1'), 'of type raid1'],
    ['two stripes', segment(1, 0, 2, '"pv0", 0, "pv1", 0'), 'striped'],
    ['another disk', segment(1, 0, 2, '"pv1", 0'), 'several disks'],
  ])(
    '%s is refused with its kind when it is read, and the others can be read',
    async (_, text, word) => {
      const other = `data {\n${visible}\n${text}}`;
      const table = await open(makePhysicalVolume(describeGroup(`${root}\n${other}`)));
      const [first, second] = table?.volumes ?? [];
      expect((await first?.source.read(0, 1))?.[0]).toBe(3);
      await expect(second?.source.read(0, 1)).rejects.toMatchObject({
        details: { reason: 'unsupported-feature' },
        message: expect.stringContaining(word),
      });
    },
  );

  test.each([
    ['a gap', segment(1, 1, 1, '"pv0", 0')],
    ['extents past the end', segment(1, 0, 2, '"pv0", 15')],
  ])('segments with %s', async (_, text) => {
    const table = await open(makePhysicalVolume(describeGroup(`data {\n${visible}\n${text}}`)));
    await expect(table?.volumes[0]?.source.read(0, 1)).rejects.toMatchObject({
      details: { reason: 'corrupt-table' },
    });
  });
});

describe('hostile descriptions', () => {
  test.each([
    ['no end', 'ol {', 'corrupt-table'],
    ['levels without end', 'a {'.repeat(3000), 'limit'],
    ['words without end', 'a = 1\n'.repeat(6000), 'limit'],
    ['a text without end', `ol {\nid = "${'x'.repeat(1000)}`, 'corrupt-table'],
    ['no volume of this id', describeGroup(root).replace('abcdef', 'zzzzzz'), 'corrupt-table'],
    [
      'an extent of 2^50 bytes',
      describeGroup(root).replace(/extent_size = \d+/, `extent_size = ${2 ** 41}`),
      'corrupt-table',
    ],
  ])('%s', async (_, text, reason) => {
    await expect(open(makePhysicalVolume(text))).rejects.toMatchObject({ details: { reason } });
  });

  test('each changed byte of label and area: the same volumes, or an error', async () => {
    const disk = makePhysicalVolume(describeGroup(root));
    for (let round = 0; round < 400; round += 1) {
      const at = round < 200 ? 512 + ((round * 7) % 512) : 4096 + ((round * 11) % 1400);
      disk[at] = (disk[at] ?? 0) ^ (1 << (round % 8));
      const found = await open(disk).catch((error) => {
        expect(error.code).toMatch(/^ERR_(DECODE|LIMIT|UNSUPPORTED_FORMAT)$/);
        return undefined;
      });
      disk[at] = (disk[at] ?? 0) ^ (1 << (round % 8));
      if (found !== undefined) expect(found.volumes.map(({ name }) => name)).toEqual(['ol/root']);
    }
  });

  test('a volume without a label is not a physical volume', async () => {
    expect(await open(Buffer.alloc(1024 * 1024))).toBeUndefined();
    expect(await open(Buffer.alloc(0))).toBeUndefined();
  });
});
