import { expect, test } from 'vitest';
import { addressShape } from './address-shape.ts';

function shape(address: string, codename?: string): string {
  return addressShape(new URL(address), codename);
}

test.each([
  [
    'https://cloud-images.ubuntu.com/releases/noble/release-20260705/ubuntu-24.04-server-cloudimg-amd64.img',
    'https://cloud-images.ubuntu.com/releases/noble/release-20260801.1/ubuntu-24.04-server-cloudimg-amd64.img',
    'noble',
    'cloud-images.ubuntu.com/releases/{codename}/release-#/ubuntu-#-server-cloudimg-amd64.img',
  ],
  [
    'https://downloads.omnios.org/media/r151054/omnios-r151054z.cloud.vmdk',
    'https://downloads.omnios.org/media/r151054/omnios-r151054aa.cloud.vmdk',
    undefined,
    'downloads.omnios.org/media/r#/omnios-r#.cloud.vmdk',
  ],
  [
    `https://factory.talos.dev/image/${'37'.repeat(32)}/v1.14.6/nocloud-amd64.raw.xz`,
    `https://factory.talos.dev/image/${'ab'.repeat(32)}/v1.14.7/nocloud-amd64.raw.xz`,
    undefined,
    'factory.talos.dev/image/#/v#/nocloud-amd64.raw.xz',
  ],
])('two builds have one shape: %s', (address, next, codename, expected) => {
  expect(shape(address, codename)).toBe(expected);
  expect(shape(next, codename)).toBe(expected);
});

test('another host, folder, architecture or format is another shape', () => {
  const shapes = [
    'https://repo.almalinux.org/9/x86_64/a-9.8-20260526.x86_64.qcow2',
    'https://vault.almalinux.org/9/x86_64/a-9.8-20260526.x86_64.qcow2',
    'https://repo.almalinux.org/9/cloud/x86_64/a-9.8-20260526.x86_64.qcow2',
    'https://repo.almalinux.org/9/aarch64/a-9.8-20260526.aarch64.qcow2',
    'https://repo.almalinux.org/9/x86_64/a-9.8-20260526.x86_64.qcow2.bz2',
  ].map((address) => shape(address));
  expect(new Set(shapes).size).toBe(5);
  expect(shapes[0]).toBe('repo.almalinux.org/#/x86_64/a-#-#.x86_64.qcow2');
});
