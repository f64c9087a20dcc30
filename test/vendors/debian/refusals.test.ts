import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../../src/kit.ts';
import { debian } from '../../../vendors/debian.ts';
import { cloud, dists, documents, latest, origins, read, sign } from '../documents/debian.ts';
import { maintenancePage } from '../every/serve-documents.ts';
import { createVendorSite } from '../every/vendor-site.ts';

const stable = `${dists}stable/InRelease`;
const site = createVendorSite(debian, origins, documents);
const { resolve } = site;
afterEach(() => site.close());

describe('debian refuses', () => {
  const variants = ['genericcloud', 'generic', 'nocloud'];
  const existing = ['13', 'trixie', '12', 'bookworm', '14', 'forky', 'sid'];
  const serials = [
    '20260712-2537',
    '20260712-2536',
    '20260622-2517',
    '20230802-1460',
    '2023230723-1450',
  ];
  it.each<[string, string, Partial<ImageRequest>, string, string[]]>([
    ['a release', 'buster', {}, 'release', existing],
    ['a number', '10', {}, 'release', existing],
    ['a future number', '99', {}, 'release', existing],
    ['a suite that is not a release', 'trixie-backports', {}, 'release', existing],
    ['a release that is a path', '../../evil', {}, 'release', existing],
    ['a past point release', '13.5', {}, 'release', ['13.7']],
    ['a point release of testing', '14.1', {}, 'release', ['14']],
    ['images of a release', 'sid', {}, 'release', ['bookworm', 'forky', 'trixie']],
    ['an architecture', '13', { arch: 's390x' }, 'arch', ['amd64', 'arm64']],
    [
      'an architecture of a variant',
      '13',
      { arch: 'riscv64', variant: 'nocloud' },
      'variant',
      ['generic'],
    ],
    ['a variant', '13', { variant: 'raspi' }, 'variant', variants],
    ['a variant that is a path', '13', { variant: '../x' }, 'variant', variants],
    ['a qcow2 of a variant', '13', { variant: 'azure' }, 'variant', variants],
    ['genericcloud on POWER', '13', { arch: 'ppc64le' }, 'variant', ['generic', 'nocloud']],
    ['a serial', '12', { snapshot: '20250101-1234' }, 'snapshot', serials],
    ['a date', '12', { snapshot: '20250101' }, 'snapshot', serials],
    ['a serial that is a word', '12', { snapshot: 'latest' }, 'snapshot', serials],
  ])(
    'names the available values when there is no %s',
    async (_title, release, more, field, known) => {
      await expect(resolve(release, more)).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
        details: { vendor: 'debian', field, known },
      });
    },
  );

  it('explains why an old point release is not available', async () => {
    await expect(resolve('13.5')).rejects.toThrow(/13\.5.*13\.7/);
  });

  const manifest = read('trixie-genericcloud-amd64.json');
  it.each<[string, Record<string, string>]>([
    ['a page in place of InRelease', { [stable]: maintenancePage }],
    ['an InRelease without Codename', { [stable]: sign('Origin: Debian\nSuite: stable\n') }],
    ['a stable without Version', { [stable]: sign(read('sid.Release')) }],
    [
      'a code name that is a path',
      { [stable]: sign(read('trixie.Release').replace(': trixie', ': ../trixie')) },
    ],
    ['a page in place of the manifest', { [latest]: maintenancePage }],
    ['a page in place of the listing', { [latest]: '', [`${cloud}trixie/`]: maintenancePage }],
    [
      'a page in place of SHA512SUMS',
      { [latest]: '', [`${cloud}trixie/20260712-2537/SHA512SUMS`]: maintenancePage },
    ],
    [
      'a manifest that leads to latest/',
      { [latest]: manifest.replaceAll('trixie/20260712-2537/', 'trixie/latest/') },
    ],
    [
      'a manifest that leads out of the tree',
      { [latest]: manifest.replaceAll('trixie/20260712-2537/', '../../20260712-2537/') },
    ],
    [
      'a manifest that leads to another host',
      {
        [latest]: manifest.replaceAll('"trixie/', '"//evil.example/trixie/'),
      },
    ],
    [
      'a manifest of another variant',
      { [latest]: manifest.replaceAll('debian-13-genericcloud', 'debian-13-generic') },
    ],
    [
      'a manifest with hex instead of base64',
      { [latest]: manifest.replace(/"sha512:[^"]*"/g, '"sha512:00"') },
    ],
  ])('reports bad metadata for %s', async (_title, changed) => {
    await expect(resolve('13', {}, changed)).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });
});
