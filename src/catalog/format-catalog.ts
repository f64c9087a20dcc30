import { arches } from '../contracts/arch.ts';
import { defined } from '../kit/defined.ts';
import { type Catalog, type CatalogEntry, type CatalogPin, catalogVersion } from './catalog.ts';

/**
 * A catalog as text, the inverse of `parseCatalog`. The same content gives the same text, with one image per line and
 * one architecture per line, so that a diff shows which builds changed.
 */
export function formatCatalog({ images }: Catalog): string {
  const sorted = [...images].sort((a, b) => (a.alias < b.alias ? -1 : 1)).map(formatEntry);
  return `{"catalogVersion":${catalogVersion},"images":[\n${sorted.join(',\n')}\n]}\n`;
}

function formatEntry(entry: CatalogEntry): string {
  const { alias, vendor, release, codename, version, variant, snapshot, bumpedAt } = entry;
  const head = {
    ...{ alias, vendor, release, ...defined({ codename, version }), variant },
    ...defined({ default: entry.default, latest: entry.latest }),
    ...{ snapshot, bumpedAt, ...defined({ eol: entry.eol }), layers: entry.layers },
    ...defined({ signer: entry.signer }),
  };
  const pins = arches.flatMap((arch) => {
    const pin = entry.arch[arch];
    return pin === undefined ? [] : [`${JSON.stringify(arch)}:${formatPin(pin)}`];
  });
  return `${JSON.stringify(head).slice(0, -1)},"arch":{\n${pins.join(',\n')}}}`;
}

function formatPin({ url, digest, sizeBytes, version, snapshot, bumpedAt }: CatalogPin): string {
  return JSON.stringify({ url, digest, ...defined({ sizeBytes, version, snapshot, bumpedAt }) });
}
