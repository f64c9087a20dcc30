import { readFileSync } from 'node:fs';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';

export const base: string = 'https://cloud-images.ubuntu.com/';
export const index: string = `${base}releases/streams/v1/index.sjson`;
export const products: string = `${base}releases/streams/v1/com.ubuntu.cloud:released:download.sjson`;

const signer = createOpenpgpSigner();

export function read(name: string): string {
  return readFileSync(new URL(`../../fixtures/ubuntu/${name}`, import.meta.url), 'utf8');
}

/** A document of the stream in the form of `.sjson`: with other names inside and a signature around it. */
export function sign(json: string): string {
  return signer.clearsign(json.replace(/("path": ?"streams[^"]*)\.json"/g, '$1.sjson"'));
}

/** The streams of released and minimal images, and a folder that has left them. */
export const documents: Record<string, string> = {
  [index]: sign(read('index.json')),
  [products]: sign(read('products.json')),
  [`${base}minimal/releases/streams/v1/index.sjson`]: sign(read('minimal-index.json')),
  [`${base}minimal/releases/streams/v1/com.ubuntu.cloud:released:download.sjson`]: sign(
    read('minimal-products.json'),
  ),
  [`${base}releases/noble/release-20260725/SHA256SUMS`]: read('noble-20260725.SHA256SUMS'),
};

/** The products file with its products changed, signed. */
export function changeProducts(change: (product: Record<string, unknown>) => void): string {
  const document = JSON.parse(read('products.json'));
  for (const product of Object.values<Record<string, unknown>>(document.products)) change(product);
  return sign(JSON.stringify(document));
}
