import { type Documents, serveDocuments } from '../every/serve-documents.ts';
import { listMirrored } from './opensuse.ts';

export const site = 'https://download.opensuse.org/distribution/leap/';
export const folder = (release: string): string => `${site}${release}/appliances/`;

/** A file with its sidecar. */
function withSums(name: string, size = 318_963_712): [name: string, size?: number][] {
  return [
    [name, size],
    [`${name}.sha256`, 117],
    [`${name}.sha256.asc`, 833],
  ];
}

const sixteen = listMirrored([
  ...withSums('Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.7.qcow2'),
  ...withSums('Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.72.qcow2', 319_000_000),
  ...withSums('Leap-16.0-Minimal-VM.x86_64-Cloud-Build9.99.qcow2'),
  ...withSums('Leap-16.0-Minimal-VM.x86_64-Cloud.qcow2'),
  ...withSums('Leap-16.0-Minimal-VM.x86_64-kvm-and-xen-Build99.1.qcow2'),
  ['Leap-16.0-Minimal-VM.x86_64-MS-HyperV-Build99.1.vhdx.xz', 300],
  ...withSums('Leap-16.0-Minimal-VM.aarch64-Cloud-Build18.7.qcow2'),
  ['Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.7.qcow2', 300],
  ['Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.7.qcow2.sha512', 200],
  ...withSums('Leap-16.1-Minimal-VM.x86_64-Cloud-Build99.1.qcow2'),
  ['iso/'],
]);
const fifteen = JSON.stringify({
  data: [
    {
      name: 'openSUSE-Leap-15.6-Minimal-VM.x86_64-15.6.0-Cloud-Build19.143.qcow2',
      size: 300,
      mtime: 1,
    },
    { name: 'openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2', size: 300, mtime: 1 },
    {
      name: 'openSUSE-Leap-15.6-Minimal-VM.ppc64le-15.6.0-Cloud-Build19.143.qcow2',
      size: 300,
      mtime: 1,
    },
  ],
});

export function startLeap(): Promise<Documents> {
  const releases = ['15.5/', '15.6/', '16.0/', '16.1/', '42.3/', 'notes.txt'];
  return serveDocuments(['https://download.opensuse.org/'], {
    [`${site}?json`]: listMirrored(releases.map((name) => [name])),
    [`${folder('16.1')}?json`]: listMirrored([
      ['Leap-16.1-Minimal-VM.x86_64-Cloud-Build2.16.qcow2', 341_735_936],
    ]),
    [`${folder('16.0')}?json`]: sixteen,
    [`${folder('15.6')}?json`]: fifteen,
    [`${folder('15.5')}?json`]: listMirrored([
      ['openSUSE-Leap-15.5-Minimal-VM.x86_64-15.5.0-OpenStack-Cloud-Build4.2.qcow2', 300],
    ]),
  });
}
