import { expect, test } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import { conformanceCases } from './conformance-cases.ts';
import { listAll } from './serve-documents.ts';

const listing = builtIns.vendors.filter(({ id, list }) => {
  return list !== undefined && conformanceCases[id] !== undefined;
});

test.each(listing)('$id lists the default variant first', async (vendor) => {
  const { start, request } = conformanceCases[vendor.id] ?? {};
  const site = await start?.();
  if (site === undefined) throw new Error('no documents');
  try {
    const asked = { vendor: vendor.id, release: 'latest', arch: 'amd64' as const, ...request };
    const { release, variant } = await vendor.resolve(asked, site.context);
    const listings = await listAll(vendor, site);
    const own = listings.find((one) => one.release === release) ?? listings[0];
    if (request?.variant === undefined) expect(own?.variants[0]).toBe(variant);
    else expect(own?.variants).toContain(variant);
  } finally {
    await site.close();
  }
});
