import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resolution } from '../../../src/kit.ts';
import { ubuntu } from '../../../vendors/ubuntu.ts';
import { base, read, sign } from '../documents/ubuntu.ts';
import { ask, type Documents, serveDocuments } from '../every/serve-documents.ts';

const daily = `${base}daily/streams/v1/`;
const serial = '20260725';

/** The daily stream, whose product keys and paths differ. */
function dailyProducts(): string {
  const document = JSON.parse(read('products.json'));
  const released: [string, Record<string, unknown>][] = Object.entries(document.products);
  const products = released
    .filter(([key]) => key.includes(':24.04:'))
    .map(([key, product]) => {
      const arch = key.split(':').at(-1);
      const path = `noble/${serial}/noble-server-cloudimg-${arch}.img`;
      const item = { ftype: 'disk1.img', path, sha256: 'ab'.repeat(32), size: 1000 };
      const versions = { [serial]: { items: { 'disk1.img': item }, label: 'daily' } };
      return [
        key.replace('com.ubuntu.cloud:', 'com.ubuntu.cloud.daily:'),
        { ...product, versions },
      ];
    });
  const changed = { ...document, products: Object.fromEntries(products) };
  return sign(JSON.stringify({ ...changed, content_id: 'com.ubuntu.cloud:daily:download' }));
}

const documents = {
  [`${daily}index.sjson`]: sign(read('index.json').replaceAll(':released:', ':daily:')),
  [`${daily}com.ubuntu.cloud:daily:download.sjson`]: dailyProducts(),
};

let site: Documents;
beforeEach(async () => {
  site = await serveDocuments([base], documents);
});
afterEach(() => site.close());

it('reads daily builds from their own stream', async () => {
  const image = await ask(ubuntu, site, 'noble', 'amd64', { variant: 'daily' });
  expect(image).toMatchObject({ release: '24.04', variant: 'daily', snapshot: serial });
  expect(String(image.disk[0]?.url)).toBe(
    `${base}daily/noble/${serial}/noble-server-cloudimg-amd64.img`,
  );
  expect(site.requests.every((url) => url.startsWith(`GET ${base}daily/`))).toBe(true);
});

it('finds a daily build that has left its stream at the root of the site', async () => {
  const sums = `${base}noble/20260701/SHA256SUMS`;
  site.put(sums, `${'ab'.repeat(32)} *noble-server-cloudimg-amd64.img\n`);
  const more = { variant: 'daily', snapshot: '20260701' };
  const image = await ask(ubuntu, site, 'noble', 'amd64', more);
  expect(image.disk[0]?.url.href).toBe(`${base}noble/20260701/noble-server-cloudimg-amd64.img`);
  expect(image.disk[0]?.proofs).toMatchObject([
    { url: new URL(sums), signature: { at: new URL(`${sums}.gpg`) } },
  ]);
});

describe('the boot files of a disk', () => {
  const folder = `${base}daily/noble/${serial}/unpacked/`;
  const stem = 'noble-server-cloudimg-amd64';
  const line = (ending: string) => `${'cd'.repeat(32)} *${stem}-${ending}\n`;

  async function boot(sums?: string): Promise<Resolution['boot']> {
    if (sums !== undefined) site.put(`${folder}SHA256SUMS`, sums);
    const context = { ...site.context, boot: true };
    const request = {
      vendor: 'ubuntu',
      release: 'noble',
      arch: 'amd64',
      variant: 'daily',
    } as const;
    return (await ubuntu.resolve(request, context)).boot;
  }

  it('are not requested unless the caller asks for them', async () => {
    await ask(ubuntu, site, 'noble', 'amd64', { variant: 'daily' });
    expect(site.requests.filter((url) => url.includes('unpacked'))).toEqual([]);
  });

  it('are the kernel and initrd unpacked from it, from a list of their own that must be signed', async () => {
    const found = await boot(line('initrd-generic') + line('vmlinuz-generic'));
    expect(found).toMatchObject({
      kernel: { url: new URL(`${folder}${stem}-vmlinuz-generic`), layers: [] },
      initrd: { url: new URL(`${folder}${stem}-initrd-generic`), layers: [] },
      cmdline: 'root=LABEL=cloudimg-rootfs ro console=tty1 console=ttyS0',
    });
    expect(found?.kernel.proofs).toMatchObject([
      { kind: 'checksums', signature: { at: new URL(`${folder}SHA256SUMS.gpg`) } },
    ]);
  });

  it('can be only a kernel', async () => {
    const found = await boot(line('vmlinuz-generic'));
    expect(found?.initrd).toBeUndefined();
  });

  it.each([
    ['there is no such folder', undefined],
    ['it has only other kernels', line('vmlinuz-kvm')],
  ])('are absent if %s', async (_, sums) => {
    expect(await boot(sums)).toBeUndefined();
  });
});
