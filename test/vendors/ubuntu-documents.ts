import { readFileSync } from 'node:fs';

export const base: string = 'https://cloud-images.ubuntu.com/';
export const index: string = `${base}releases/streams/v1/index.json`;
export const products: string = `${base}releases/streams/v1/com.ubuntu.cloud:released:download.json`;

export function read(name: string): string {
  return readFileSync(new URL(`../fixtures/ubuntu/${name}`, import.meta.url), 'utf8');
}

/** The streams of released and minimal images, and a folder that has left them. */
export const documents: Record<string, string> = {
  [index]: read('index.json'),
  [products]: read('products.json'),
  [`${base}minimal/releases/streams/v1/index.json`]: read('minimal-index.json'),
  [`${base}minimal/releases/streams/v1/com.ubuntu.cloud:released:download.json`]:
    read('minimal-products.json'),
  [`${base}releases/noble/release-20260725/SHA256SUMS`]: read('noble-20260725.SHA256SUMS'),
};

/** The products file with its products changed. */
export function changeProducts(change: (product: Record<string, unknown>) => void): string {
  const document = JSON.parse(read('products.json'));
  for (const product of Object.values<Record<string, unknown>>(document.products)) change(product);
  return JSON.stringify(document);
}
