import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partitions } from '../../../formats/filesystems/partitions.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { memorySource } from './memory-source.ts';

const context = { signal: new AbortController().signal, log: () => {} };
const MiB = 1024 * 1024;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-partitions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (bytes: Uint8Array) => partitions.open(memorySource(bytes), context);

/** A disk of 32 MiB with the table that sfdisk writes from this script. */
function withTable(script: string): Buffer {
  const path = join(folder, 'disk');
  writeFileSync(path, '');
  truncateSync(path, 32 * MiB);
  execFileSync('sfdisk', ['--quiet', path], { input: script });
  return readFileSync(path);
}

describe.skipIf(!hasProgram('sfdisk'))('tables of sfdisk', () => {
  test('GPT: numbers with gaps, types, names and identifiers', async () => {
    const disk = withTable(
      [
        'label: gpt',
        '15: start=1MiB, size=4MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name="EFI-SYSTEM"',
        '1: start=8MiB, size=8MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=11223344-5566-7788-99AA-BBCCDDEEFF00',
      ].join('\n'),
    );
    expect(await read(disk)).toMatchObject({
      scheme: 'gpt',
      sectorBytes: 512,
      warnings: [],
      volumes: [
        {
          name: 'p1',
          offset: 8 * MiB,
          sizeBytes: 8 * MiB,
          type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
          uuid: '11223344-5566-7788-99aa-bbccddeeff00',
        },
        { name: 'p15', number: 15, offset: MiB, sizeBytes: 4 * MiB, label: 'EFI-SYSTEM' },
      ],
    });
  });

  test('MBR with three logical partitions', async () => {
    const disk = withTable(
      [
        'label: dos',
        'label-id: 0x1a2b3c4d',
        '1: start=1MiB, size=4MiB, type=83',
        '2: start=8MiB, size=20MiB, type=5',
        '5: start=9MiB, size=2MiB, type=83',
        '6: start=12MiB, size=2MiB, type=82',
        '7: start=16MiB, size=2MiB, type=83',
      ].join('\n'),
    );
    const table = await read(disk);
    expect(table?.volumes.map(({ name, offset, uuid }) => [name, offset, uuid])).toEqual([
      ['p1', MiB, '1a2b3c4d-01'],
      ['p5', 9 * MiB, '1a2b3c4d-05'],
      ['p6', 12 * MiB, '1a2b3c4d-06'],
      ['p7', 16 * MiB, '1a2b3c4d-07'],
    ]);
  });

  test('each changed byte of both headers and their entries: the same partitions, or an error', async () => {
    const good = withTable('label: gpt\nstart=1MiB, size=4MiB\nstart=8MiB, size=4MiB');
    const wanted = (await read(good))?.volumes.map(({ offset }) => offset);
    const end = good.length;
    for (let round = 0; round < 300; round += 1) {
      const changes = [512 + ((round * 7) % 92), end - 512 + ((round * 13) % 92)];
      const flip = (): void => {
        for (const at of changes) good[at] = (good[at] ?? 0) ^ (1 << (round % 8));
      };
      flip();
      const found = await read(good).catch((error) => {
        expect(error.code).toMatch(/^ERR_(DECODE|LIMIT|UNSAFE_IMAGE)$/);
        return undefined;
      });
      flip();
      if (found?.scheme === 'gpt') {
        expect(found.volumes.map(({ offset }) => offset)).toEqual(wanted);
      }
    }
  });

  test('a valid table for each size of sector is refused', async () => {
    const disk = withTable('label: gpt\nstart=1MiB, size=4MiB');
    // Both have their entries at byte 32768.
    disk.copyWithin(8 * 4096, 1024, 1024 + 128 * 128);
    const header = Buffer.from(disk.subarray(512, 1024));
    for (const [at, sector] of [
      [512, 64n],
      [4096, 8n],
    ] as const) {
      header.writeBigUInt64LE(sector, 72);
      header.writeUInt32LE(0, 16);
      header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
      header.copy(disk, at);
    }
    await expect(read(disk)).rejects.toMatchObject({ details: { reason: 'ambiguous-format' } });
  });
});

test('boot code that ends in 55 AA is not a table', async () => {
  const disk = Buffer.alloc(MiB, 0x90);
  disk.writeUInt16LE(0xaa55, 510);
  expect(await read(disk)).toBeUndefined();
});

test('an empty disk has no table', async () => {
  expect(await read(Buffer.alloc(MiB))).toBeUndefined();
  expect(await read(Buffer.alloc(0))).toBeUndefined();
});
