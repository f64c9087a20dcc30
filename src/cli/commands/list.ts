import { createListImages, type Listing, type Parts } from '../../core.ts';
import type { Command, Outcome } from '../command.ts';
import { formatTable } from '../format-table.ts';

export const list: Command = {
  name: 'list',
  operands: ['[vendor]'],
  summary: 'List all vendors, or the releases of one.',
  options: [],
  examples: [
    ['rootdisk list', 'all vendors'],
    ['rootdisk list ubuntu', 'releases, architectures and variants of one'],
    ['rootdisk list debian --json | jq -r ".releases[].release"', 'for scripts'],
  ],
  async run({ operands: [id], parts, transport, onProgress }) {
    if (id === undefined) return listVendors(parts);
    onProgress({ type: 'stage', stage: 'resolve', message: `asking ${id} for its releases` });
    const releases: Listing[] = [];
    for await (const one of createListImages(parts)(id, transport)) releases.push(one);
    return { text: formatReleases(releases), json: { vendor: id.toLowerCase(), releases } };
  },
};

function listVendors(parts: Parts): Outcome {
  const vendors = parts.vendors
    .map(({ id, title }) => ({ id, title }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows = vendors.map(({ id, title }) => [id, title]);
  return { text: formatTable([['VENDOR', 'TITLE'], ...rows]), json: { vendors } };
}

function formatReleases(releases: readonly Listing[]): string {
  const header = ['RELEASE', 'CODENAME', 'VERSION', 'ARCHES', 'VARIANTS', 'EOL'];
  const rows = releases.map(({ release, codename, version, arches, variants, eol }) => [
    release,
    codename ?? '-',
    version ?? '-',
    arches.join(','),
    variants.join(','),
    eol ?? '-',
  ]);
  return formatTable([header, ...rows]);
}
