import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDisk as readContent } from '../../../src/disk/read-disk.ts';
import { builtIns } from '../../../src/index.ts';
import { isFileSystem, isVolumeFormat } from '../../../src/parts/format-kinds.ts';
import { type Ran, runCli } from '../../cli/spawn-cli.ts';
import { countingSource } from '../../formats/filesystems/counting-source.ts';
import { context, type DiskRow, readDisk, readDiskRows } from './disk-rows.ts';

const MiB = 1024 ** 2;
const reporter = fileURLToPath(
  new URL('../../targets/stand-ins/report-memory.ts', import.meta.url),
);
const hostile = readDiskRows().filter(({ file }) => file.startsWith('bad-'));

/** A good disk of each kind: what loads a reader and compiles it is not what a hostile disk costs. */
const good = [
  'btrfs-arch-xxhash.gz',
  'ext4-debian.gz',
  'lvm-linear.gz',
  'uki-esp-fat32.gz',
  'xfs-rhel-boot.gz',
];

let folder: string;
/** The peak memory of reading good disks, the largest of them. */
let goodPeak: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-bounds-'));
  const rows = readDiskRows().filter(({ file }) => good.includes(file));
  expect(rows).toHaveLength(good.length);
  const peaks: number[] = [];
  for (const row of rows) {
    const path = await writeDisk(row);
    // One run may use 30 MiB more than the next: memory that was not collected yet.
    for (let run = 0; run < 3; run += 1) peaks.push((await runAndMeasure(['inspect', path])).peak);
    rmSync(path);
  }
  goodPeak = Math.max(...peaks);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The real command line, and its peak memory. One that hangs is stopped after a time. */
async function runAndMeasure(args: string[]): Promise<Ran & { peak: number }> {
  const ran = await runCli(args, { env: { NODE_OPTIONS: `--no-warnings --import=${reporter}` } });
  const peak = Number(/^most memory: (\d+)$/m.exec(ran.stderr)?.[1]);
  return { ...ran, peak };
}

/** The disk of a row as a file of the test's folder; its path. */
async function writeDisk(row: DiskRow): Promise<string> {
  const path = join(folder, row.file.replace('.gz', '.img'));
  const disk = readDisk(row);
  writeFileSync(path, await disk.read(0, disk.sizeBytes ?? 0));
  return path;
}

/** The subject of a row: a file that must be refused, its kernel, or the expected place of one. */
function placesOf(row: DiskRow): string[] {
  const named = [...row.refused, row.kernel].map(({ path }) => path.replace(/#.*/, ''));
  const usual = row.volumes.has('root') ? 'root:/boot/vmlinuz-6.1' : 'esp:/EFI/Linux/arch-6.6.efi';
  return [...new Set([...named, usual])]
    .filter((place) => place !== '')
    .map((place) => inWords(row, place));
}

/** `root:/path` of a row in the form of the command line: `p1:/path`, `p1@SUBVOLUME:/path`, `GROUP/VOLUME:/path`. */
function inWords({ volumes }: DiskRow, place: string): string {
  const at = place.indexOf(':');
  const [volume = 'disk', option = ''] = (volumes.get(place.slice(0, at)) ?? 'disk').split(',');
  const path = place.slice(at);
  if (option.startsWith('lv=')) return `${option.slice(3)}${path}`;
  return option.startsWith('subvol=') ? `${volume}@${option.slice(7)}${path}` : `${volume}${path}`;
}

describe('a hostile disk on the command line: exit code 0, 3 or 6, in little memory', () => {
  test.for(hostile.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const path = await writeDisk(row);
    const [place = 'disk:/'] = placesOf(row);
    const runs = [
      ['inspect', path],
      ['cat', path, place],
    ];
    for (const args of runs) {
      const { code, peak, stderr } = await runAndMeasure(args);
      expect([0, 3, 6], `${args.join(' ')}: ${stderr}`).toContain(code);
      expect(peak, args.join(' ')).toBeLessThan(Math.min(goodPeak + 64 * MiB, 256 * MiB));
    }
    rmSync(path);
  });
});

const parts = {
  fileSystems: builtIns.formats.filter(isFileSystem),
  volumeFormats: builtIns.formats.filter(isVolumeFormat),
};

describe('a hostile disk: each question needs few reads', () => {
  test.for(hostile.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const source = countingSource(readDisk(row));
    const opened = await readContent(source, parts, context).catch(() => undefined);
    for (const place of placesOf(row)) {
      const [volume = '', path = ''] = place.split(/:(.*)/s);
      const files = await opened?.files(volume).catch(() => undefined);
      await files?.read(path, { mostBytes: 256 * MiB }).catch(() => undefined);
    }
    // Section 8 of the limits: 10,000 blocks of one lookup; these disks are small.
    expect(source.reads).toBeLessThan(10_000);
    expect(source.bytes).toBeLessThan(32 * MiB);
  });
});
