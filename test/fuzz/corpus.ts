import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeCodecs } from './made-codecs.ts';
import { madeArchives, madeDisks } from './made-images.ts';
import type { Seal } from './seal.ts';

/** An image to change. */
export interface Seed {
  /** Its layers, outermost first, and its special feature. */
  name: string;
  read(): Uint8Array;
  /** Corrects checksums after a change, so that it passes them. */
  seal?: Seal;
  /** The member of an archive that is the disk, if there are several. */
  entry?: string;
}

/** Images made here: every layout of the writers. */
export function madeSeeds(): Seed[] {
  return [...madeDisks(), ...madeCodecs(), ...madeArchives()];
}

// Images that a batch decodes again and again: larger disks show nothing new.
const maxDiskBytes = 64 * 1024 ** 2;
const maxFileBytes = 12 * 1024 ** 2;

/** Good samples of small disks, if the samples exist; none otherwise. */
export async function sampleSeeds(): Promise<Seed[]> {
  const samples = process.env['ROOTDISK_SAMPLES'];
  if (samples === undefined || !existsSync(join(samples, 'images/good/MANIFEST.tsv'))) return [];
  const { readImage, readImageRows } = await import('../samples/images/image-rows.ts');
  const seeds: Seed[] = [];
  for (const row of readImageRows('good')) {
    // There is no decoder for plain lzma.
    if (row.format.startsWith('lzma') || row.sizeBytes > maxDiskBytes) continue;
    if (fileBytes(join(samples, 'images/good', row.file), row.wrap) > maxFileBytes) continue;
    const entry = ['', '-'].includes(row.member) ? {} : { entry: row.member };
    seeds.push({ name: `${row.format} ${row.file}`, read: () => readImage(row), ...entry });
  }
  return seeds;
}

/** Length of the content of a compressed sample, without unpacking it: gzip states it at the end (RFC 1952, 2.3.1). */
function fileBytes(path: string, wrap: string): number {
  const stored = readFileSync(path);
  return wrap === 'gz' ? stored.readUInt32LE(stored.length - 4) : stored.length;
}
