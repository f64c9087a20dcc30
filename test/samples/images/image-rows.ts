import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const samples = process.env['ROOTDISK_SAMPLES'];
if (samples === undefined) throw new Error('set ROOTDISK_SAMPLES to the folder of the samples');
const images = join(samples, 'images');

/** One line of a manifest of images; the columns are explained beside the images. */
export interface ImageRow {
  kind: 'good' | 'bad';
  file: string;
  wrap: string;
  format: string;
  features: string;
  defect: string;
  sizeBytes: number;
  sha256: string;
  /** Accepted reasons of an error. */
  reasons: string[];
  /** The member of an archive that is the disk; `-` or empty if there is none. */
  member: string;
  notes: string;
  /** The project may accept or refuse it, for any reason. */
  isPolicy: boolean;
}

export function readImageRows(kind: 'good' | 'bad'): ImageRow[] {
  const lines = readFileSync(join(images, kind, 'MANIFEST.tsv'), 'utf8').trimEnd();
  const [head = [], ...rows] = lines.split('\n').map((line) => line.split('\t'));
  return rows.map((row) => {
    const field = (name: string): string => row[head.indexOf(name)] ?? '';
    return {
      kind,
      file: field('file'),
      wrap: field('wrap'),
      format: field('format'),
      features: field('features'),
      defect: field('defect'),
      sizeBytes: Number(field('virtual_size')),
      sha256: field('sha256_raw'),
      reasons: field('expect')
        .replace(/^policy:/, '')
        .split('|'),
      member: field('member'),
      notes: field('notes'),
      isPolicy: field('expect').startsWith('policy:'),
    };
  });
}

/** The file without the compression that only saves space. */
export function readImage({ kind, file, wrap }: ImageRow): Uint8Array {
  const stored = Uint8Array.from(readFileSync(join(images, kind, file)));
  return wrap === 'gz' ? Uint8Array.from(gunzipSync(stored)) : stored;
}
