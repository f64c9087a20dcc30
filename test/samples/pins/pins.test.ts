import { describe, expect, it } from 'vitest';
import type { VendorContext } from '../../../src/kit.ts';
import { type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { type Pin, samples } from '../read-samples.ts';
import { digestsOf, type PinSite, readAllPins } from './pin-site.ts';
import { pinSites } from './pin-sites.ts';

const pins = samples === undefined ? new Map<string, Pin[]>() : readAllPins();

/** The reason why a row is not resolved, or `undefined` if its build leads to its path and digest. */
async function follow(
  pin: Pin,
  site: PinSite,
  documents: Documents,
  context: VendorContext,
): Promise<string | undefined> {
  const request = site.request(pin);
  if (typeof request === 'string') return request;
  for (const [address, text] of Object.entries(site.documentsOf?.(pin) ?? {})) {
    documents.put(address, text);
  }
  const { vendor } = site;
  const image = await vendor.resolve(
    { vendor: vendor.id, release: 'latest', arch: pin.arch, ...request },
    context,
  );
  expect(image.disk[0]?.url.pathname).toBe(pin.url.pathname);
  expect(await digestsOf(image, context)).toContain(pin.digest);
  return undefined;
}

describe.skipIf(samples === undefined)('every pinned build', () => {
  const counted: string[] = [];
  let rows = 0;

  it.each([...pins])(
    '%s leads to its path and digest, through documents made from the pins themselves',
    async (id, own) => {
      const make = pinSites[id];
      if (make === undefined) throw new Error(`no documents for the pins of ${id}`);
      const site = make(own);
      const documents = await serveDocuments(site.origins, site.documents);
      const reasons = new Map<string, number>();
      const failed: string[] = [];
      let resolved = 0;
      for (const pin of own) {
        // Documents that change with the pin are read again.
        const { context } = documents;
        try {
          const reason = await follow(pin, site, documents, context);
          if (reason === undefined) resolved += 1;
          else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        } catch (error) {
          failed.push(`${pin.url}: ${error instanceof Error ? error.message : error}`);
        }
      }
      await documents.close();
      expect(failed).toEqual([]);
      const left = [...reasons].map(([reason, count]) => `; ${count}: ${reason}`);
      counted.push(`${id}: ${resolved} of ${own.length} resolved${left.join('')}`);
      rows += own.length;
      expect(resolved).toBeGreaterThan(0);
    },
  );

  it('is counted', () => {
    process.stderr.write(`${counted.join('\n')}\n${rows} rows\n`);
    expect(rows).toBe(840);
  });
});
