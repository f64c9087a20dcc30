import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BootPart, OpenedDisk } from '../../../src/core.ts';
import { openDisk } from '../../../src/index.ts';
import { type DiskRow, readDisk, readDiskRows } from './disk-rows.ts';
import { answerOf } from './open-volume.ts';

const rows = readDiskRows();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-boot-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(row: DiskRow): Promise<OpenedDisk> {
  const path = join(folder, `${row.file}.img`);
  const disk = readDisk(row);
  writeFileSync(path, await disk.read(0, disk.sizeBytes ?? 0));
  try {
    return await openDisk(path);
  } finally {
    rmSync(path);
  }
}

/** The subject of a row: the system, and its boot files and command line. */
interface Answer {
  system: (string | undefined)[];
  kernel: { path: string; sha256: string; kind: string };
  initrds: { path: string; sha256: string }[];
  cmdline: string;
}

async function readAnswer(disk: OpenedDisk): Promise<Answer> {
  const { entry, system } = await disk.boot();
  const kernel = { ...(await readPart(entry.kernel)), kind: entry.kernel.kind };
  const initrds: Answer['initrds'] = [];
  for (const part of entry.initrd) initrds.push(await readPart(part));
  return {
    system: [system?.id, system?.version],
    kernel,
    initrds,
    cmdline: entry.cmdline ?? '',
  };
}

async function readPart({ file, sizeBytes, open }: BootPart): Promise<Answer['initrds'][number]> {
  const opened = await open();
  expect(opened.sizeBytes).toBe(sizeBytes);
  const hash = createHash('sha256');
  for await (const chunk of opened.stream()) hash.update(chunk);
  return { path: file, sha256: hash.digest('hex') };
}

/** The volume in the reader's form: `boot:/x` is below `/boot` of the root if both are one. */
function placeOf({ volumes }: DiskRow, path: string): string {
  const [name = '', ...rest] = path.split(':');
  const where = volumes.get(name) ?? name;
  const [partition = '', option = ''] = where.split(',');
  const [, logical] = option.split('lv=');
  return `${logical ?? partition}:${rest.join(':')}`;
}

/** Paths of a Btrfs subvolume are equal by its name and from the top level. */
function plain(place: string, { volumes }: DiskRow): string {
  const [, subvolume] = volumes.get('boot')?.split('subvol=') ?? [];
  const direct = place.replace(/@[^:]*:/, ':');
  return subvolume === undefined ? direct : direct.replace(`:/${subvolume}/`, ':/');
}

async function answer(row: DiskRow): Promise<Answer> {
  await using disk = await open(row);
  const found = await readAnswer(disk);
  const shorten = <T extends { path: string }>(one: T): T => {
    return { ...one, path: plain(one.path, row) };
  };
  return { ...found, kernel: shorten(found.kernel), initrds: found.initrds.map(shorten) };
}

function wanted(row: DiskRow): Answer {
  const place = <T extends { path: string }>(one: T): T => ({
    ...one,
    path: placeOf(row, one.path),
  });
  return {
    system: [row.osId, row.osVersion].map((one) => (one === '' ? undefined : one)),
    kernel: { ...place(row.kernel), kind: row.kernelKind },
    initrds: row.initrds.map(place),
    cmdline: row.cmdline,
  };
}

const good = rows.filter(({ expect: [only, ...others] }) => only === 'ok' && others.length === 0);

describe('the boot entry of a disk', () => {
  test.for(good.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    expect(await answer(row)).toEqual(wanted(row));
  });
});

const either = rows.filter((row) => row.expect.length > 1 && row.expect.includes('ok'));

describe('the boot entry of a disk, or an error that the row allows', () => {
  test.for(either.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const read = answer(row);
    const told = await answerOf(read);
    expect(row.expect).toContain(told);
    if (told === 'ok') expect(await read).toEqual(wanted(row));
  });
});

const refused = rows.filter((row) => !row.expect.includes('ok'));

describe('an error, in the boot files or in the root', () => {
  test.for(refused.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const read = answer(row);
    const told = await answerOf(read);
    if (told !== 'ok') return expect(row.expect).toContain(told);
    // Only these rows have a boot entry although the root cannot be read.
    expect(row.kernel.path).not.toBe('');
    expect(await read).toEqual(wanted(row));
    await using disk = await open(row);
    expect(row.expect).toContain(await answerOf(disk.files()));
  });
});
