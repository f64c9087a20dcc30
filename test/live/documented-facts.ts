import type { CatalogEntry } from '../../src/catalog/catalog.ts';
import { arches } from '../../src/contracts/arch.ts';
import { addressShape } from './address-shape.ts';
import { keyOf } from './choose-images.ts';
import type { Facts, ImageFacts } from './facts.ts';

/**
 * Facts that this package states without a request: the images of its catalog, whose addresses are those of the vendors
 * on the day of the pin. Lists, signers and levels are not known.
 */
export function documentedFacts(images: readonly CatalogEntry[]): Facts {
  const facts: Facts = {};
  for (const entry of images) {
    if (entry.default !== true) continue;
    const { vendor, release, latest, bumpedAt } = entry;
    const known = facts[vendor] ?? { documented: true, since: bumpedAt, releases: {}, images: {} };
    const days = [known.since, bumpedAt].sort();
    const names = latest === true ? [release, 'latest'] : [release];
    const own = names.flatMap((name) => imagesOf(name, entry));
    facts[vendor] = {
      ...known,
      since: days[1] ?? bumpedAt,
      images: { ...known.images, ...Object.fromEntries(own) },
    };
  }
  return facts;
}

function imagesOf(
  name: string,
  entry: CatalogEntry,
): (readonly [key: string, facts: ImageFacts])[] {
  const { release, variant, layers, codename } = entry;
  return arches.flatMap((arch) => {
    const pin = entry.arch[arch];
    if (pin === undefined) return [];
    const address = addressShape(new URL(pin.url), codename);
    return [[keyOf({ release: name, arch }), { release, variant, layers, address }] as const];
  });
}
