import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../../src/catalog/read-catalog.ts';
import { serveDocuments } from '../../vendors/every/serve-documents.ts';
import { samples } from '../read-samples.ts';
import { readAllPins } from './pin-site.ts';
import { pinSites } from './pin-sites.ts';

const { images } = await readCatalog(undefined);
const pins = samples === undefined ? [] : [...readAllPins()];
const digests = new Map(
  pins.flatMap(([, own]) => own.map(({ url, digest }) => [url.href, digest] as const)),
);

describe.skipIf(samples === undefined)('the shipped catalog', () => {
  it('has the digests of the table of pins', () => {
    const listed = images.flatMap(({ arch }) => Object.values(arch));
    const common = listed.filter(({ url }) => digests.has(url));
    expect(common.length).toBeGreaterThan(listed.length / 2);
    for (const { url, digest } of common) expect([url, digest]).toEqual([url, digests.get(url)]);
  });

  it.each(pins)('names the builds of %s as their vendor does', async (id, own) => {
    const make = pinSites[id];
    if (make === undefined) throw new Error(`no documents for the pins of ${id}`);
    const site = make(own);
    const documents = await serveDocuments(site.origins, site.documents);
    let compared = 0;
    for (const entry of images.filter(({ vendor }) => vendor === site.vendor.id)) {
      for (const pin of own) {
        const listed = entry.arch[pin.arch];
        if (listed?.url !== pin.url.href) continue;
        const request = site.request(pin);
        if (typeof request === 'string') continue;
        for (const [address, text] of Object.entries(site.documentsOf?.(pin) ?? {})) {
          documents.put(address, text);
        }
        const found = await site.vendor.resolve(
          { vendor: id, release: 'latest', arch: pin.arch, ...request },
          documents.context,
        );
        const { release, variant, snapshot, disk } = found;
        expect({ release, variant, snapshot, layers: disk[0]?.layers }).toEqual({
          ...{ release: entry.release, variant: entry.variant, layers: entry.layers },
          snapshot: listed.snapshot ?? entry.snapshot,
        });
        const [said, known] = [listed.version ?? entry.version, found.version];
        if (said !== undefined) expect(known).toBe(said);
        if (entry.codename !== undefined) expect(found.codename).toBe(entry.codename);
        compared += 1;
      }
    }
    await documents.close();
    expect(compared).toBeGreaterThan(0);
  });
});
