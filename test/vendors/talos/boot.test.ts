import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ImageRequest, Resolution } from '../../../src/kit.ts';
import { talos } from '../../../vendors/talos.ts';
import {
  type Documents,
  maintenancePage,
  readFixture,
  serveDocuments,
} from '../every/serve-documents.ts';

const factory = 'https://factory.talos.dev/';
const empty = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
const folder = `${factory}image/${empty}/v1.13.9/`;
const cmdline =
  'slab_nomerge= pti=on consoleblank=0 printk.devkmsg=on talos.platform=nocloud console=ttyS0';

let site: Documents;
beforeEach(async () => {
  site = await serveDocuments([factory], {
    [`${factory}versions`]: await readFixture('talos/versions.json'),
    [`${folder}cmdline-nocloud-arm64`]: `${cmdline}\n`,
    [`${folder}cmdline-metal-arm64`]: `${cmdline.replace('nocloud', 'metal')}\n`,
  });
});
afterEach(() => site.close());

function resolve(variant: string, boot = true): Promise<Resolution> {
  const request: ImageRequest = { vendor: 'talos', release: 'v1.13.9', arch: 'arm64', variant };
  return talos.resolve(request, { ...site.context, boot });
}

it('boots with kernel, initramfs and command line of the same build, copied exactly', async () => {
  const { boot } = await resolve('nocloud');
  expect(boot?.cmdline).toBe(cmdline);
  expect(boot?.kernel).toMatchObject({ url: new URL(`${folder}kernel-arm64`), layers: [] });
  expect(boot?.initrd).toMatchObject({ url: new URL(`${folder}initramfs-arm64.xz`), layers: [] });
  expect(boot?.kernel.proofs).toMatchObject([{ kind: 'tls' }]);
});

it('takes them from the release if the disk is from there', async () => {
  const { boot, disk } = await resolve('metal');
  const release = 'https://github.com/siderolabs/talos/releases/download/v1.13.9/';
  expect(disk[0]?.url.href).toBe(`${release}metal-arm64.raw.zst`);
  expect(boot?.kernel.url.href).toBe(`${release}vmlinuz-arm64`);
  expect(boot?.initrd?.url.href).toBe(`${release}initramfs-arm64.xz`);
  expect(boot?.kernel.proofs).toEqual(disk[0]?.proofs);
});

it('requests none of these files unless they are needed', async () => {
  expect((await resolve('nocloud', false)).boot).toBeUndefined();
  expect(site.requests.filter((url) => url.includes('cmdline'))).toEqual([]);
});

it.each([
  ['a maintenance page', maintenancePage],
  ['two lines', `${cmdline}\ninit=/bin/sh\n`],
  ['nothing', ''],
])('refuses %s as a command line', async (_, text) => {
  site.put(`${folder}cmdline-nocloud-arm64`, text);
  await expect(resolve('nocloud')).rejects.toMatchObject({ code: 'ERR_METADATA' });
});
