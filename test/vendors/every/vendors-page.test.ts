import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import { conformanceCases } from './conformance-cases.ts';
import { listAll } from './serve-documents.ts';

const page = readFileSync(new URL('../../../docs/vendors.md', import.meta.url), 'utf8');
/** The cells of each row, by the id in the first. */
const rows = new Map(
  [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(([, id = '', rest = '']) => [
    id,
    rest.split(' | '),
  ]),
);

describe('docs/vendors.md', () => {
  it('has one row for each built-in vendor, by id', () => {
    expect([...rows.keys()]).toEqual(builtIns.vendors.map(({ id }) => id));
  });

  it.each(builtIns.vendors)(
    'states for $id how well its facts are known',
    ({ id, evidence = '' }) => {
      const words = typeof evidence === 'string' ? [evidence] : Object.values(evidence);
      const cell = rows.get(id)?.[5] ?? '';
      expect(cell.match(/captured|documented|unverified/g)?.[0]).toBe(words[0]);
      expect(new Set(cell.match(/captured|documented|unverified/g))).toEqual(new Set(words));
    },
  );

  it.each(builtIns.vendors)(
    'states for $id the meaning of `latest` and the trust',
    ({ id, latest, trust }) => {
      const [, releases = '', , , vouches = ''] = rows.get(id) ?? [];
      expect(vouches.match(/^(?:signed|checksum|tls)/)?.[0]).toBe(trust);
      if (latest === undefined) return;
      const names = latest === 'newest' ? ['latest'] : latest.split(' ');
      for (const name of names) expect(releases).toContain(name);
    },
  );

  it.each(Object.entries(conformanceCases))('names the variants of %s', async (id, { start }) => {
    const vendor = builtIns.vendors.find((one) => one.id === id);
    if (vendor?.list === undefined) return;
    const site = await start();
    const listings = await listAll(vendor, site);
    await site.close();
    const cell = rows.get(id)?.[2] ?? '';
    const isOpen = /…|what a build has/.test(cell);
    const variants = listings.flatMap((listing) => listing.variants);
    // A common suffix is written once.
    const words = (isOpen ? variants.slice(0, 1) : variants).flatMap((one) => one.split('-'));
    expect(words.length).toBeGreaterThan(0);
    for (const word of new Set(words)) expect(cell).toContain(word);
  });
});
