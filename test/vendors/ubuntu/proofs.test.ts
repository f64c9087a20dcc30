import { afterEach, describe, expect, it } from 'vitest';
import { ubuntu } from '../../../vendors/ubuntu.ts';
import { base, changeProducts, documents, index, products, read } from '../documents/ubuntu.ts';
import { signedBy } from '../every/signed-by.ts';
import { createVendorSite } from '../every/vendor-site.ts';

const imageKey = 'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81';
const streamKey = '4A3CE3CD565D7EB5C810E2B97FF3F408476CF100';
const site = createVendorSite(ubuntu, [base], documents);
const { resolve } = site;
afterEach(() => site.close());

describe('the proofs of an Ubuntu image', () => {
  it('are found in two documents: dated file, size, digest and signer; no image is requested', async () => {
    const image = await resolve('24.04');
    const path = 'server/releases/noble/release-20260705/ubuntu-24.04-server-cloudimg-amd64.img';
    const sums = new URL(`${base}releases/${path}`.replace(/[^/]+$/, 'SHA256SUMS'));
    expect(image).toMatchObject({
      release: '24.04',
      codename: 'noble',
      version: '24.04',
      variant: 'server',
      snapshot: '20260705',
      disk: [
        {
          fileName: 'ubuntu-24.04-server-cloudimg-amd64.img',
          sizeBytes: 629_145_600,
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: sums,
              dialect: 'sums',
              signature: signedBy(`${sums}.gpg`, imageKey),
            },
            {
              kind: 'digest',
              digest: 'sha256:ffe6203da54deeb6db5d2a98a83f9ec8e55f149d3f7ba622e1abe5fa966ee3d6',
              from: products,
            },
            {
              kind: 'checksums',
              url: new URL(products),
              name: path,
              dialect: 'simplestreams',
              signature: signedBy('inline', streamKey),
            },
          ],
        },
      ],
      guest: {
        user: 'ubuntu',
        seed: 'nocloud',
        ssh: true,
        firmware: ['bios', 'uefi'],
        eol: '2029-05-31',
      },
    });
    expect(image.disk[0]?.url.href).toBe(`${base}releases/${path}`);
    expect(site.requests).toEqual([`GET ${index}`, `GET ${products}`]);
  });

  it('come from the unsigned documents if upstream has no signed stream, and a signature is still required', async () => {
    const plain = (address: string): string => address.replace(/sjson$/, 'json');
    const image = await resolve(
      '24.04',
      {},
      {
        [index]: '',
        [products]: '',
        [plain(index)]: read('index.json'),
        [plain(products)]: read('products.json'),
      },
    );
    expect(image.snapshot).toBe('20260705');
    expect(image.disk[0]?.proofs).toMatchObject([
      { dialect: 'sums', signature: { signers: [imageKey] } },
      { kind: 'digest', from: plain(products) },
      { url: new URL(products), signature: signedBy('inline', streamKey) },
    ]);
    expect(site.requests).toEqual(
      [index, plain(index), products, plain(products)].map((address) => `GET ${address}`),
    );
  });

  it('are found for an exact serial in the index', async () => {
    const image = await resolve('noble', { snapshot: '20240605.1' });
    expect(image.snapshot).toBe('20240605.1');
    expect(image.disk[0]?.proofs).toContainEqual({
      kind: 'digest',
      digest: 'sha256:473db8a545d75017ee86708b38228b89b784289de2dc2dd6bdd2be39df7a792d',
      from: products,
    });
  });

  it('are found in the dated folder for a serial that has left the index', async () => {
    const image = await resolve('24.04', { snapshot: '20260725', arch: 'arm64' });
    const folder = `${base}releases/noble/release-20260725/`;
    expect(image.snapshot).toBe('20260725');
    expect(image.disk[0]?.url.href).toBe(`${folder}ubuntu-24.04-server-cloudimg-arm64.img`);
    expect(image.disk[0]?.proofs).toEqual([
      {
        kind: 'checksums',
        url: new URL(`${folder}SHA256SUMS`),
        dialect: 'sums',
        signature: signedBy(`${folder}SHA256SUMS.gpg`, imageKey),
      },
    ]);
    expect(site.requests.filter((url) => url.endsWith('.img'))).toEqual([]);
  });

  it('use SHA256SUMS beside the image if the index gives no digest', async () => {
    const bare = changeProducts((product) => {
      product['versions'] = JSON.parse(
        JSON.stringify(product['versions']).replaceAll('"sha256"', '"sha1"'),
      );
    });
    const image = await resolve('natty', {}, { [products]: bare });
    expect(image.disk[0]?.proofs).toMatchObject([{ kind: 'checksums', dialect: 'sums' }]);
    expect(image.disk[0]?.proofs).toHaveProperty(
      '0.url.href',
      `${base}releases/server/releases/natty/release-20121028/SHA256SUMS`,
    );
  });
});
