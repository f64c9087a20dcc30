import { describe, expect, test } from 'vitest';
import { partitions } from '../../../formats/filesystems/partitions.ts';
import { context, readDisk, readDiskRows } from './disk-rows.ts';

const rows = readDiskRows();
const badTables = rows.filter(({ file }) => /^bad-(gpt|ebr)/.test(file));
const others = rows.filter((row) => !badTables.includes(row));

describe('the partitions of a disk', () => {
  test.for(others.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const table = await partitions.open(readDisk(row), context);
    const named = [...row.volumes.values()].flatMap((value) => /\bp\d+/.exec(value) ?? []);
    expect(table === undefined).toBe(/no partition table|whole disk/.test(row.layout));
    const names = table?.volumes.map(({ name }) => name) ?? [];
    for (const name of named) expect(names).toContain(name);
  });

  test('the backup header is used, with a warning', async () => {
    const row = rows.find(({ file }) => file.startsWith('gpt-backup'));
    const table = await partitions.open(readDisk(row ?? fail()), context);
    expect(table?.warnings.join()).toMatch(/backup was used/);
  });

  test('a grown disk gives a warning', async () => {
    const row = rows.find(({ file }) => file.startsWith('gpt-grown'));
    const table = await partitions.open(readDisk(row ?? fail()), context);
    expect(table?.warnings.join()).toMatch(/grown/);
  });

  test('sectors of 4096 bytes', async () => {
    const row = rows.find(({ file }) => file.startsWith('ext3-4k-sectors'));
    expect(await partitions.open(readDisk(row ?? fail()), context)).toMatchObject({
      sectorBytes: 4096,
    });
  });
});

describe('a hostile table', () => {
  test.for(badTables.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const answer = await partitions.open(readDisk(row), context).then(
      () => 'ok',
      (error: { details?: { reason?: string } }) => error.details?.reason,
    );
    expect(row.expect).toContain(answer);
  });
});

function fail(): never {
  throw new Error('the row is gone');
}
