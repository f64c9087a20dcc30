import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { buildQcow2Image } from '../../src/testing/index.ts';
import { makeDisk } from '../fixtures/line.ts';

/** An image to change. */
export interface Seed {
  name: string;
  read(): Uint8Array;
}

const disk = makeDisk(1024 ** 2);
const extents = [{ position: 0, bytes: disk }];

/** Images made here: every layout that the writers know. */
export function madeSeeds(): Seed[] {
  const qcow2 = (options: object): Uint8Array =>
    buildQcow2Image({ virtualSize: disk.length, extents, ...options }).bytes;
  const made: Record<string, Uint8Array> = {
    'qcow2 zlib': qcow2({ compression: 'zlib' }),
    'qcow2 zstd 4K': qcow2({ compression: 'zstd', clusterBits: 12 }),
    'qcow2 v2': qcow2({ version: 2, clusterBits: 10 }),
    'qcow2 extended': qcow2({ extendedL2: true, zeros: 'flagged' }),
    'qcow2 late tables': qcow2({ l1: 'last', l2: 'last', clusterBits: 9 }),
    'gz>raw': gzipSync(disk),
    'gz>qcow2': gzipSync(qcow2({ compression: 'zlib' })),
    'zst>raw': zstdCompressSync(disk),
    raw: disk,
  };
  return Object.entries(made).map(([name, bytes]) => ({ name, read: () => bytes }));
}

/** Good samples of disks up to 8 MiB, where the samples are; none otherwise. */
export async function sampleSeeds(): Promise<Seed[]> {
  const samples = process.env['ROOTDISK_SAMPLES'];
  if (samples === undefined || !existsSync(join(samples, 'images/good/MANIFEST.tsv'))) return [];
  const { readImage, readImageRows } = await import('../samples/image-rows.ts');
  const seeds = new Map<string, Seed>();
  for (const row of readImageRows('good')) {
    if (row.sizeBytes <= 8 * 1024 ** 2) {
      seeds.set(row.file, { name: row.file, read: () => readImage(row) });
    }
  }
  return [...seeds.values()];
}
