import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../src/core.ts';
import { parts } from '../fixtures/line.ts';
import { makeBzimage } from '../image/make-kernel.ts';
import {
  type BundleSite,
  makeRootfs,
  manifest,
  manifestBytes,
  pack,
  startBundleSite,
} from './bundle-site.ts';

const bytes = pack([
  ['manifest.json', manifestBytes],
  ['kernel', makeBzimage()],
  ['rootfs.ext4', makeRootfs()],
]);

let site: BundleSite;
beforeEach(async () => {
  site = await startBundleSite();
  await site.publish(bytes, { members: ['kernel'], cmdline: 'root=/dev/vda' });
});
afterEach(() => site.close());

test('a locked bundle needs no catalog, and is fetched once with its kernel', async () => {
  const { cacheDir, mirrors, catalog } = site;
  const lockfile = join(site.folder, 'rootdisk.lock.json');
  const rootdisk = createRootdisk(parts);
  const [change] = await rootdisk.lockImages('bundle:web', {
    ...{ cacheDir, mirrors, bundles: catalog, lockfile, arch: 'amd64', boot: true, alias: 'site' },
  });
  expect(change).toMatchObject({ alias: 'site' });
  expect(site.asked()).toEqual([]);
  await rm(catalog);
  const image = await site.ensure('site', { lockfile, boot: true });
  expect(site.asked()).toEqual(['1.tar.zst']);
  expect(image).toMatchObject({
    ...{ vendor: 'bundle', release: 'web', manifest, trust: { level: 'pinned' } },
    boot: { cmdline: 'root=/dev/vda', kernel: { kind: 'bzimage', level: 'pinned' } },
  });
  expect(await site.ensure('site', { lockfile, boot: true })).toMatchObject({
    ...{ origin: 'cache', manifest },
  });
});

test('the names of the catalog are listed', async () => {
  const listings = [];
  for await (const one of createRootdisk(parts).listImages('bundle', { bundles: site.catalog })) {
    listings.push(one);
  }
  expect(listings).toEqual([
    { release: 'web', version: '1.2', arches: ['amd64'], variants: ['default'] },
  ]);
});
