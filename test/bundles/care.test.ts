import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../src/core.ts';
import { damage } from '../fixtures/damage.ts';
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

const rootfs = makeRootfs();
const bytes = pack([
  ['manifest.json', manifestBytes],
  ['kernel', makeBzimage()],
  ['rootfs.ext4', rootfs],
]);
const rootdisk = createRootdisk(parts);

let site: BundleSite;
beforeEach(async () => {
  site = await startBundleSite();
  await site.publish(bytes, { members: ['kernel'] });
});
afterEach(() => site.close());

test.each(['raw', 'manifest', 'kernel'])('repair makes a damaged .%s again', async (format) => {
  const { path } = await site.bundle('bundle:web', { boot: true });
  const damaged = path.replace(/raw$/, format);
  const intact = await readFile(damaged);
  await site.releaseAll();
  await damage(damaged, 10);
  const { cacheDir, mirrors } = site;
  for await (const _ of rootdisk.verifyCache({ cacheDir, mirrors, repair: true }));
  expect(await readFile(damaged)).toEqual(intact);
  expect(await site.bundle('bundle:web', { offline: true, boot: true })).toMatchObject({
    ...{ manifest, boot: { kernel: { kind: 'bzimage' } } },
  });
});

test('a bundle is copied to a machine without a network, by the digests of its entries', async () => {
  await site.bundle('bundle:web', { boot: true });
  const archive = join(site.folder, 'cache.tar');
  const { entries } = await rootdisk.exportCache(archive, [], { cacheDir: site.cacheDir });
  const digest = entries.map(({ contentDigest }) => contentDigest);
  const cacheDir = join(site.folder, 'other');
  await mkdir(cacheDir);
  await rootdisk.importCache(archive, { cacheDir, digest });
  const image = await site.ensure('bundle:web', {
    ...{ cacheDir, offline: true, boot: true, trust: 'none' },
  });
  expect(image).toMatchObject({ manifest, boot: { kernel: { kind: 'bzimage' } } });
  expect(await readFile(image.path)).toEqual(rootfs);
});
