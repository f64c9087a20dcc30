import type { FactEvidence, Vendor } from '../../contracts/vendor.ts';
import { createRootdisk, type Listing, type Parts } from '../../core.ts';
import { defined } from '../../kit/defined.ts';
import { transportOptions } from '../args/option-groups.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command, Outcome } from './command.ts';

export const list: Command = {
  name: 'list',
  operands: ['[vendor]'],
  summary: 'List all vendors, or the releases of one.',
  options: ['bundles', ...transportOptions],
  examples: [
    ['rootdisk list', 'all vendors'],
    ['rootdisk list ubuntu', 'releases, architectures and variants of one'],
    ['rootdisk list debian --json | jq -r ".releases[].release"', 'for scripts'],
  ],
  columns: [
    ['DEFAULT', 'release that is used if none is named; -: name one'],
    ['TRUST', 'level that its default image reaches, see docs/trust.md'],
    ['FACTS', 'how its facts are known: captured, documented, unverified'],
    ['EOL', 'end of life: when the support of a release ends'],
  ],
  async run({ operands: [id], parts, transport, onProgress, columns }) {
    if (id === undefined) return listVendors(parts, columns);
    onProgress({ type: 'stage', stage: 'resolve', message: `asking ${id} for its releases` });
    const releases: Listing[] = [];
    for await (const one of createRootdisk(parts).listImages(id, transport)) releases.push(one);
    const vendor = parts.vendors.find((one) => one.id.toLowerCase() === id.toLowerCase());
    const known = vendor === undefined ? {} : describeEvidence(vendor);
    return {
      text: formatReleases(releases, columns),
      json: { vendor: id.toLowerCase(), ...known, releases },
    };
  },
};

function listVendors(parts: Parts, columns: number | undefined): Outcome {
  const vendors = parts.vendors
    .map((vendor) => {
      const { id, title, latest, trust } = vendor;
      return { id, title, ...defined({ latest, trust }), ...describeEvidence(vendor) };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows = vendors.map(({ id, title, latest, trust, evidence, publisher }) => [
    id,
    publisher === undefined ? title : `${title} (by ${publisher})`,
    latest ?? '-',
    trust ?? '-',
    evidence,
  ]);
  const header = ['VENDOR', 'TITLE', 'DEFAULT', 'TRUST', 'FACTS'];
  return { text: formatTable([header, ...rows], { columns }), json: { vendors } };
}

/** How far a vendor's facts were seen to be true, with the variants for which that differs. */
function describeEvidence({ evidence = 'unverified', publisher }: Vendor): {
  evidence: FactEvidence;
  variants?: Record<string, FactEvidence>;
  publisher?: string;
} {
  const by = defined({ publisher });
  if (typeof evidence === 'string') return { evidence, ...by };
  const { default: most, ...variants } = evidence;
  return { evidence: most, variants, ...by };
}

function formatReleases(releases: readonly Listing[], columns: number | undefined): string {
  const header = ['RELEASE', 'CODENAME', 'VERSION', 'ARCHES', 'VARIANTS', 'EOL'];
  const rows = releases.map(({ release, codename, version, arches, variants, eol }) => [
    release,
    codename ?? '-',
    version ?? '-',
    arches.join(','),
    variants.join(','),
    eol ?? '-',
  ]);
  return formatTable([header, ...rows], { columns });
}
