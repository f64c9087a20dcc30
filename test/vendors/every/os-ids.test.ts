import { expect, it } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import { conformanceCases } from './conformance-cases.ts';

/** ID of os-release, by vendor. Vendors without one are not checked: their images are not Linux, or of any system. */
const expected: Record<string, string[] | undefined> = {
  almalinux: ['almalinux'],
  'almalinux-kitten': ['almalinux'],
  alpine: ['alpine'],
  'amazon-linux': ['amzn'],
  arch: ['arch'],
  bundle: undefined,
  'centos-7': ['centos'],
  'centos-stream': ['centos'],
  cirros: ['cirros', 'buildroot'],
  debian: ['debian'],
  fedora: ['fedora'],
  'fedora-coreos': ['fedora'],
  flatcar: ['flatcar'],
  freebsd: undefined,
  gentoo: ['gentoo'],
  'http-index': undefined,
  kali: ['kali'],
  oci: undefined,
  omnios: undefined,
  openbsd: undefined,
  'opensuse-leap': ['opensuse-leap', 'opensuse'],
  'opensuse-tumbleweed': ['opensuse-tumbleweed'],
  oracle: ['ol'],
  rocky: ['rocky'],
  simplestreams: undefined,
  talos: ['talos'],
  ubuntu: ['ubuntu'],
};

it('the table has every vendor', () => {
  expect(Object.keys(expected)).toEqual(builtIns.vendors.map(({ id }) => id));
});

it.each(builtIns.vendors)('$id states the system of its disks', async (vendor) => {
  const { start, request } = conformanceCases[vendor.id] ?? {};
  const site = await start?.();
  if (site === undefined) throw new Error(`no documents for ${vendor.id}`);
  try {
    const asked = { vendor: vendor.id, release: 'latest', arch: 'amd64' as const, ...request };
    const { guest } = await vendor.resolve(asked, site.context);
    expect(guest?.osIds).toEqual(expected[vendor.id]);
  } finally {
    await site.close();
  }
});
