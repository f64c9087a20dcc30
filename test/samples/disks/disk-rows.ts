import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { partitions } from '../../../formats/filesystems/partitions.ts';
import type { ByteSource, FileSystemContext, VolumeTable } from '../../../src/kit.ts';
import { memorySource } from '../../formats/filesystems/memory-source.ts';

const samples = process.env['ROOTDISK_SAMPLES'];
if (samples === undefined) throw new Error('set ROOTDISK_SAMPLES to the folder of the samples');
const disks = join(samples, 'disks');

/** One line of the manifest of disks; its columns are explained beside it. */
export interface DiskRow {
  file: string;
  layout: string;
  /** Accepted answers: `ok`, or the reason of an error. */
  expect: string[];
  rootFs: string;
  /** ID of os-release; empty if there is none. */
  osId: string;
  /** VERSION_ID of os-release; empty if there is none. */
  osVersion: string;
  /** `bzimage/amd64`, in the words of `boot`. */
  kernelKind: string;
  cmdline: string;
  kernel: { path: string; sha256: string };
  initrds: { path: string; sha256: string }[];
  /** Reads with expected bytes: `root:/etc/os-release` and their sha256. */
  files: { path: string; sha256: string }[];
  /** Reads with this expected error. */
  refused: { path: string; reason: string }[];
  /** `root` → `p1`, `esp` → `p15`, `root` → `p3,lv=ol/root`. */
  volumes: Map<string, string>;
}

export function readDiskRows(): DiskRow[] {
  const lines = readFileSync(join(disks, 'MANIFEST.tsv'), 'utf8').trimEnd();
  const [head = [], ...rows] = lines.split('\n').map((line) => line.split('\t'));
  return rows.map((row) => {
    const field = (name: string): string => {
      const value = row[head.indexOf(name)] ?? '';
      return value === '-' ? '' : value;
    };
    const initrdSums = listOf(field('initrd_sha256'));
    return {
      file: field('file'),
      layout: field('layout'),
      expect: field('expect')
        .replace(/^policy:/, '')
        .split('|'),
      rootFs: field('root_fs'),
      osId: field('os_release_id'),
      osVersion: field('os_release_version'),
      // The architecture belongs to the whole, so it is after the parentheses.
      kernelKind: field('kernel_kind').replace(/^(\w+)\((\w+)\/(\w+)\)$/, '$1($2)/$3'),
      cmdline: field('cmdline'),
      kernel: { path: field('kernel_path'), sha256: field('kernel_sha256') },
      initrds: listOf(field('initrd_path')).map((path, index) => {
        return { path, sha256: initrdSums[index] ?? '' };
      }),
      files: pairsOf(field('files')).map(([path, sha256]) => ({ path, sha256 })),
      refused: pairsOf(field('refused')).map(([path, reason]) => ({ path, reason })),
      volumes: new Map(listOf(field('volumes')).map((one) => cut(one, one.indexOf('=')))),
    };
  });
}

/** The disk without the compression that only saves space. */
export function readDisk({ file }: DiskRow): ByteSource {
  return memorySource(gunzipSync(readFileSync(join(disks, file))));
}

export const context: FileSystemContext = { signal: new AbortController().signal, log: () => {} };

/** The partitions of a disk; one volume `disk` if it has no table. */
export async function readVolumes(disk: ByteSource): Promise<VolumeTable['volumes']> {
  const table = await partitions.open(disk, context);
  if (table !== undefined) return table.volumes;
  return [{ name: 'disk', offset: 0, sizeBytes: disk.sizeBytes ?? 0, source: disk }];
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(';');
}

function pairsOf(text: string): [string, string][] {
  return listOf(text).map((one) => cut(one, one.lastIndexOf('=')));
}

function cut(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}
