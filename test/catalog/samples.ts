import type { Catalog, CatalogEntry } from '../../src/catalog/catalog.ts';

const hex = 'ab'.repeat(32);

export const bareEntry: CatalogEntry = {
  alias: 'acme-1',
  vendor: 'acme',
  release: '1',
  variant: 'default',
  default: true,
  latest: true,
  snapshot: '20260101',
  bumpedAt: '2026-07-20',
  layers: ['gz', 'raw'],
  arch: { amd64: { url: 'https://images.acme.example/acme.raw.gz', digest: `sha256:${hex}` } },
};

/** Every possible field. */
const fullEntry: CatalogEntry = {
  alias: 'acme-13-tiny',
  vendor: 'acme',
  release: '13',
  codename: 'trixie',
  version: '13.1',
  variant: 'tiny',
  snapshot: '20260712-2537',
  bumpedAt: '2026-07-18',
  eol: '2028-08-09',
  layers: ['qcow2'],
  signer: { fingerprint: 'A'.repeat(40), keyOrigin: 'vendor' },
  arch: {
    amd64: { url: 'http://images.acme.example/13.qcow2', digest: `sha512:${hex}${hex}` },
    arm64: {
      url: 'https://images.acme.example/13-arm64.qcow2',
      digest: `sha256:${hex}`,
      sizeBytes: 7,
      version: '13.0',
      snapshot: '20260612-2500',
      bumpedAt: '2026-06-18',
    },
  },
};

export const catalogSample: Catalog = { images: [bareEntry, fullEntry] };
