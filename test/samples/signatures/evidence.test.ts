import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import type { Vendor } from '../../../src/kit.ts';
import { conformanceCases } from '../../vendors/every/conformance-cases.ts';
import { listAll } from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

type Capture = [document: string, holds: RegExp];

const alma = (name: string): string => `almalinux/${name}.2026-06.CHECKSUM`;
const centos = (name: string): string => `centos-stream/${name}.CHECKSUM`;
const trixieDaily = 'debian/trixie_daily_20260717-2542.SHA512SUMS';
const bookworm = 'debian/bookworm_latest.2025-07.SHA512SUMS';
const fedoraIndex = 'fedora/releases.2024-04.with-beta.json';
const coreos = '_further/fedora-coreos/stable.2020-12-17.stream.json';
const ubuntuStream = 'ubuntu/com.ubuntu.cloud_released_download.2024-08-22.excerpt.json';
const tumbleweed = '_further/opensuse-tumbleweed/tumbleweed.2024-07.SHA256SUM';

/** The document that shows each variant, and the relevant part of it. */
const captures: Record<string, Record<string, Capture>> = {
  almalinux: {
    genericcloud: [alma('9_x86_64'), /AlmaLinux-9-GenericCloud-9\.8-\d+\.x86_64\.qcow2/],
    'genericcloud-ext4': [alma('10_x86_64'), /GenericCloud-ext4-10\.2-[\d.]+\.x86_64\.qcow2/],
  },
  alpine: {
    netboot: ['alpine/v3.13_x86_latest-releases.2021-04-14.excerpt.yaml', /flavor: alpine-virt/],
  },
  'centos-7': {
    genericcloud: [centos('centos-7.sha256sum').replace('.CHECKSUM', '.txt'), /GenericCloud-2211/],
  },
  'centos-stream': {
    genericcloud: [centos('9-stream_x86_64.2026-07'), /GenericCloud-9-\d{8}\.\d\.x86_64\.qcow2/],
    'genericcloud-uefi': [centos('9-stream_x86_64.2026-07'), /GenericCloud-x86_64-9-\d{8}/],
  },
  debian: {
    genericcloud: [bookworm, /debian-12-genericcloud-amd64\.qcow2/],
    generic: [bookworm, /debian-12-generic-amd64\.qcow2/],
    nocloud: [bookworm, /debian-12-nocloud-amd64\.qcow2/],
    'genericcloud-daily': [trixieDaily, /debian-13-genericcloud-amd64-daily-[\d-]+\.qcow2/],
    'generic-daily': [trixieDaily, /debian-13-generic-amd64-daily-[\d-]+\.qcow2/],
    'nocloud-daily': [trixieDaily, /debian-13-nocloud-amd64-daily-[\d-]+\.qcow2/],
  },
  fedora: {
    generic: [fedoraIndex, /Fedora-Cloud-Base-Generic\.x86_64-40-[\d.]+\.qcow2/],
    uki: [fedoraIndex, /Fedora-Cloud-Base-UEFI-UKI\.x86_64-40-[\d.]+\.qcow2/],
  },
  'fedora-coreos': {
    qemu: [coreos, /-qemu\.x86_64\.qcow2\.xz"/],
    metal: [coreos, /-metal\.x86_64\.raw\.xz"/],
    metal4k: [coreos, /-metal4k\.x86_64\.raw\.xz"/],
  },
  'opensuse-tumbleweed': {
    cloud: [tumbleweed, /Tumbleweed-Minimal-VM\.x86_64-[\d.]+-Cloud-Snapshot\d+\.qcow2/],
    'microos-container-host': [tumbleweed, /ContainerHost-OpenStack-Cloud-Snapshot\d+\.qcow2/],
    microos: [tumbleweed, /MicroOS\.x86_64-[\d.]+-OpenStack-Cloud-Snapshot\d+\.qcow2/],
  },
  ubuntu: {
    server: [ubuntuStream, /release-\d+[^"]*server-cloudimg-amd64\.img/],
    kvm: [ubuntuStream, /server-cloudimg-amd64-disk-kvm\.img/],
  },
};

function evidenceOf({ evidence = 'unverified' }: Vendor, variant: string): string {
  return typeof evidence === 'string' ? evidence : (evidence[variant] ?? evidence.default);
}

/** Variants that a vendor's own documents list or its `evidence` names, if it says that they were captured. */
async function listCaptured(vendor: Vendor): Promise<string[]> {
  const site = await conformanceCases[vendor.id]?.start();
  const listings = site === undefined ? [] : await listAll(vendor, site);
  await site?.close();
  const named = typeof vendor.evidence === 'object' ? Object.keys(vendor.evidence) : [];
  const variants = new Set([...named, ...listings.flatMap((listing) => listing.variants)]);
  variants.delete('default');
  return [...variants].filter((variant) => evidenceOf(vendor, variant) === 'captured');
}

const vendors = builtIns.vendors.filter(({ evidence }) =>
  JSON.stringify(evidence ?? '').includes('"captured"'),
);

describe.skipIf(samples === undefined)('vendors described as captured', () => {
  it.each(vendors)('$id: a document shows every such variant', async (vendor) => {
    const shown = captures[vendor.id] ?? {};
    const variants = await listCaptured(vendor);
    expect(variants.length).toBeGreaterThan(0);
    expect(variants.filter((variant) => shown[variant] === undefined)).toEqual([]);
    for (const variant of variants) {
      const [document, holds] = shown[variant] ?? ['', /^$/];
      expect(existsSync(join(samples ?? '', 'upstream', document))).toBe(true);
      expect(readSample(`upstream/${document}`)).toMatch(holds);
    }
  });

  it('no document is captured for an unlisted vendor', () => {
    const ids = vendors.map(({ id }) => id);
    expect(Object.keys(captures).filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids.length).toBeGreaterThan(7);
  });
});
