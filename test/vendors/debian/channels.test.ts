import { afterEach, describe, expect, it } from 'vitest';
import { debian } from '../../../vendors/debian.ts';
import { listFiles } from '../alpine/site.ts';
import { cloud, documents, origins } from '../documents/debian.ts';
import { naming } from '../every/naming.ts';
import { listAll, maintenancePage } from '../every/serve-documents.ts';
import { createVendorSite } from '../every/vendor-site.ts';

const daily = `${cloud}trixie/daily/`;
const backports = `${cloud}trixie-backports/`;
const sums = (names: string[]): string =>
  names.map((name, index) => `${String(index + 10).repeat(64)}  ${name}\n`).join('');
const channels = {
  [daily]: listFiles(['20261117-2665/', '20261118-2666/', 'latest/']),
  [`${daily}20261118-2666/SHA512SUMS`]: sums([
    'debian-13-generic-amd64-daily-20261118-2666.qcow2',
    'debian-13-genericcloud-amd64-daily-20261118-2666.qcow2',
    'debian-13-genericcloud-amd64-daily-20261118-2666.raw',
    'debian-13-genericcloud-arm64-daily-20261118-2666.qcow2',
    'debian-13-nocloud-amd64-daily-20261118-2666.qcow2',
  ]),
  [backports]: listFiles(['20261012-2629/', 'latest/']),
  [`${backports}20261012-2629/SHA512SUMS`]: sums([
    'debian-13-backports-generic-amd64-20261012-2629.qcow2',
    'debian-13-backports-genericcloud-amd64-20261012-2629.qcow2',
  ]),
};
const site = createVendorSite(debian, origins, { ...documents, ...channels });
afterEach(() => site.close());

describe('channels of a Debian release', () => {
  it.each([
    [
      'genericcloud-daily',
      {},
      `${daily}20261118-2666/debian-13-genericcloud-amd64-daily-20261118-2666.qcow2`,
    ],
    [
      'generic-daily',
      { snapshot: '20261118' },
      `${daily}20261118-2666/debian-13-generic-amd64-daily-20261118-2666.qcow2`,
    ],
    [
      'GenericCloud-Backports',
      {},
      `${backports}20261012-2629/debian-13-backports-genericcloud-amd64-20261012-2629.qcow2`,
    ],
    [
      'generic-backports',
      { snapshot: '20261012-2629' },
      `${backports}20261012-2629/debian-13-backports-generic-amd64-20261012-2629.qcow2`,
    ],
  ])('%s %j is %s', async (variant, more, address) => {
    const image = await site.resolve('stable', { variant, ...more });
    expect(image.disk[0]?.url.href).toBe(address);
    expect(image.disk[0]?.proofs[0]).toMatchObject({
      kind: 'checksums',
      url: new URL('SHA512SUMS', address),
    });
    expect(image).toMatchObject({
      release: '13',
      variant: variant.toLowerCase(),
      guest: { user: 'debian', ssh: true },
    });
  });

  it('takes the newest daily build from its manifest, and never mistakes the release for it', async () => {
    await site.resolve('stable', { variant: 'genericcloud-daily' });
    expect(site.requests).toContain(`GET ${daily}latest/debian-13-genericcloud-amd64-daily.json`);
    expect(site.requests.filter((line) => line.includes('/trixie/latest/'))).toEqual([]);
  });

  it('accepts both names when there are only daily builds', async () => {
    const plain = await site.resolve('testing');
    expect(await site.resolve('testing', { variant: 'genericcloud-daily' })).toEqual(plain);
  });

  it('gives the same facts about nocloud as for the release', async () => {
    const image = await site.resolve('stable', { variant: 'nocloud-daily' });
    expect(image.guest).toMatchObject({ user: 'root', ssh: false });
    expect(image.warnings).toMatchObject([{ code: 'open-console' }]);
  });

  it.each([
    ['a release without backports', 'testing', { variant: 'genericcloud-backports' }, 'variant'],
    ['a release without dailies', '12', { variant: 'genericcloud-daily' }, 'variant'],
    ['a channel of its own', 'stable', { variant: 'daily' }, 'variant'],
    ['both at once', 'stable', { variant: 'genericcloud-backports-daily' }, 'variant'],
    ['an image', 'stable', { variant: 'nocloud-backports' }, 'variant'],
    ['a build', 'stable', { variant: 'generic-daily', snapshot: '20261012-2629' }, 'snapshot'],
    ['an architecture', 'stable', { variant: 'generic-backports', arch: 's390x' }, 'arch'],
  ] as const)('finds nothing for %s', async (_, release, more, field) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field },
    });
  });

  it('names what the channel offers', async () => {
    const request = site.resolve('stable', { variant: 'nocloud-backports' });
    await expect(request).rejects.toMatchObject({
      details: { known: ['genericcloud-backports', 'generic-backports'] },
    });
  });

  it('reports bad metadata for a page in place of a list of the channel', async () => {
    const address = `${backports}20261012-2629/SHA512SUMS`;
    const request = site.resolve(
      'stable',
      { variant: 'generic-backports' },
      { [address]: maintenancePage },
    );
    await expect(request).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
  });

  it('lists every variant under the name that a request uses', async () => {
    const [stable, oldstable] = await listAll(
      debian,
      await site.serve({ ...documents, ...channels }),
    );
    expect(stable?.variants).toEqual(
      expect.arrayContaining(['genericcloud', 'genericcloud-daily', 'genericcloud-backports']),
    );
    expect(stable?.variants).not.toContain('nocloud-backports');
    expect(oldstable?.variants.filter((variant) => variant.includes('-'))).toEqual([]);
  });
});
