import { type Documents, serveDocuments } from '../every/serve-documents.ts';

const site = 'https://download.opensuse.org/';
export const first: string = `${site}tumbleweed/appliances/`;
export const system: string = `${site}ports/zsystems/tumbleweed/appliances/`;
export const arm: string = `${site}ports/aarch64/tumbleweed/appliances/`;

export const sums = (names: string[]): string =>
  names.map((name, index) => `${String(index + 10).repeat(32)}  ${name}\n`).join('');

export function startTumbleweed(): Promise<Documents> {
  return serveDocuments([site], {
    [`${first}SHA256SUMS`]: sums([
      'openSUSE-MicroOS.x86_64-16.0.0-ContainerHost-OpenStack-Cloud-Snapshot20261118.qcow2',
      'openSUSE-MicroOS.x86_64-16.0.0-DigitalOcean-Cloud-Snapshot20261119.qcow2',
      'openSUSE-MicroOS.x86_64-16.0.0-OpenStack-Cloud-Snapshot20261117.qcow2',
      'openSUSE-MicroOS.x86_64-16.0.0-kvm-and-xen-Snapshot20261119.qcow2',
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261116.qcow2',
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261118.qcow2',
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-Cloud.qcow2',
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-kvm-and-xen-Snapshot20261119.qcow2',
      'openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261119.qcow2',
    ]),
    [`${system}SHA256SUMS`]: sums([
      'openSUSE-MicroOS.s390x-16.0.0-s390x-Cloud-Snapshot20251110.qcow2',
      'openSUSE-Tumbleweed-Minimal-VM.s390x-16.0.0-s390x-Cloud-Snapshot20251110.qcow2',
    ]),
    [`${arm}SHA256SUMS`]: sums([
      'openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261112.qcow2',
    ]),
  });
}
