import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arch, parseArch } from '../../src/kit.ts';

export const samples: string | undefined = process.env['ROOTDISK_SAMPLES'];

export function readSample(name: string): string {
  return readFileSync(join(samples ?? '', name), 'utf8');
}

/** An address and the digest that a third party pinned for it. */
export interface Pin {
  url: URL;
  fileName: string;
  arch: Arch;
  digest: string;
}

export function readPins(vendor: string): Pin[] {
  if (samples === undefined) return [];
  const rows = readSample('upstream/pins.lima.tsv').split('\n');
  return rows.flatMap((row) => {
    const [id, arch = '', address = '', digest = ''] = row.split('\t');
    if (id !== vendor) return [];
    const url = new URL(address);
    return { url, fileName: url.pathname.split('/').at(-1) ?? '', arch: parseArch(arch), digest };
  });
}

/** A folder listing of nginx with these files. */
export function listFiles(names: Iterable<string>): string {
  const rows = [...names].map(
    (name) => `<a href="${name}">${name}</a>  02-Oct-2026 16:05  184549376`,
  );
  return `<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href="../">../</a>\n${rows.join('\n')}\n</pre><hr></body></html>`;
}
