import { afterEach, describe, expect, it } from 'vitest';
import type { Arch, Vendor } from '../../../src/kit.ts';
import { almalinux } from '../../../vendors/almalinux.ts';
import { alpine } from '../../../vendors/alpine.ts';
import { centosStream } from '../../../vendors/centos-stream.ts';
import { debian } from '../../../vendors/debian.ts';
import { gentoo } from '../../../vendors/gentoo.ts';
import { opensuseTumbleweed } from '../../../vendors/opensuse-tumbleweed.ts';
import { rocky } from '../../../vendors/rocky.ts';
import { origins as alpineOrigins, cloud } from '../alpine/site.ts';
import * as alma from '../documents/almalinux.ts';
import { site as centosSite, checksum, sumsOf } from '../documents/centos-stream.ts';
import * as debianSite from '../documents/debian.ts';
import { sums, first as tumbleweed } from '../documents/opensuse-tumbleweed.ts';
import * as rockySite from '../documents/rocky.ts';
import { folderPage } from './folder-page.ts';
import { ask, type Documents, readFixture, serveDocuments } from './serve-documents.ts';

let site: Documents | undefined;
afterEach(() => site?.close());

async function warningsOf(
  vendor: Vendor,
  origins: string[],
  documents: Record<string, string>,
  release: string,
  more: { variant?: string; snapshot?: string; arch?: Arch } = {},
): Promise<string[]> {
  site = await serveDocuments(origins, documents);
  const { warnings = [] } = await ask(vendor, site, release, 'amd64', more);
  return warnings.map(({ code, message }) => `${code}: ${message}`);
}

const almaList = alma.sums({
  'AlmaLinux-9-GenericCloud-9.8-20260826.x86_64.qcow2': 'plain',
  'AlmaLinux-9-GenericCloud-ext4-9.8-20260526.x86_64.qcow2': 'ext4',
});
const centosList = checksum([
  ['CentOS-Stream-GenericCloud-10-20261005.0.x86_64.qcow2', '100 bytes'],
  ['CentOS-Stream-GenericCloud-x86_64-10-20260427.0.x86_64.qcow2', '100 bytes'],
]);
const tumbleweedList = sums([
  'openSUSE-MicroOS.x86_64-16.0.0-OpenStack-Cloud-Snapshot20250917.qcow2',
  'openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261118.qcow2',
]);
const rockyFolder = (minor: string, names: string[]) => ({
  [`${rockySite.site}${minor}/images/x86_64/`]: rockySite.listing(`/${minor}`, names),
});
const rockyNames = (flavour: string, build: string): string[] => {
  const name = `Rocky-9-GenericCloud-${flavour}-${build}.x86_64.qcow2`;
  return [name, `${name}.CHECKSUM`];
};
const rockyFolders = {
  ...rockySite.documents,
  ...rockyFolder('9.8', rockyNames('Base', '9.8-20260525.0')),
  ...rockyFolder('9.7', rockyNames('LVM', '9.7-20251123.2')),
};

describe('a variant that upstream has stopped building', () => {
  it.each([
    [
      'genericcloud-uefi of CentOS Stream',
      [centosStream, [centosSite], { [sumsOf('10', 'x86_64')]: centosList }, '10'],
      'genericcloud-uefi',
      '2026-04-27',
    ],
    [
      'genericcloud-ext4 of AlmaLinux',
      [almalinux, alma.origins, { [`${alma.site}9/cloud/x86_64/images/CHECKSUM`]: almaList }, '9'],
      'genericcloud-ext4',
      '2026-05-26',
    ],
    [
      'microos of Tumbleweed',
      [
        opensuseTumbleweed,
        ['https://download.opensuse.org/'],
        { [`${tumbleweed}SHA256SUMS`]: tumbleweedList },
        'latest',
      ],
      'microos',
      '2025-09-17',
    ],
    [
      'lvm of Rocky Linux, in an earlier minor',
      [rocky, rockySite.origins, rockyFolders, '9'],
      'lvm',
      '2025-11-23',
    ],
  ] as const)('%s: a warning gives the date of its last build', async (_, source, variant, day) => {
    const [vendor, origins, documents, release] = source;
    const found = await warningsOf(vendor, [...origins], documents, release, { variant });
    expect(found).toContainEqual(
      expect.stringMatching(`^outdated-build: .*${variant} after ${day}`),
    );
  });

  it('is returned without a warning when that build is requested', async () => {
    const list = { [sumsOf('10', 'x86_64')]: centosList };
    const more = { variant: 'genericcloud-uefi', snapshot: '20260427.0' };
    expect(await warningsOf(centosStream, [centosSite], list, '10', more)).toEqual([]);
  });

  it('is not one that was published a few days before the others', async () => {
    const list = { [sumsOf('10', 'x86_64')]: centosList.replaceAll('20260427', '20260928') };
    const more = { variant: 'genericcloud-uefi' };
    expect(await warningsOf(centosStream, [centosSite], list, '10', more)).toEqual([]);
  });
});

describe('a newer build that was skipped', () => {
  it('is named for Debian, where it has no list yet', async () => {
    const documents: Record<string, string> = {
      ...debianSite.documents,
      [`${debianSite.cloud}trixie/`]: folderPage('/trixie/', ['20260712-2537/', '20260801-2600/']),
    };
    delete documents[debianSite.latest];
    const found = await warningsOf(debian, debianSite.origins, documents, '13');
    expect(found).toEqual([
      expect.stringMatching(/^outdated-build: 20260801-2600 .* 20260712-2537$/),
    ]);
  });

  it('is named for Alpine, whose newest branch has no image yet', async () => {
    const found = await warningsOf(
      alpine,
      alpineOrigins,
      {
        'https://alpinelinux.org/releases.json': await readFixture('alpine/releases.json'),
        [cloud('3.23')]: await readFixture('alpine/v3.23-cloud.listing'),
      },
      'latest',
    );
    expect(found).toEqual([expect.stringMatching(/^older-release: Alpine 3\.24 .* 3\.23$/)]);
  });
});

describe('an optional document', () => {
  it.each([403, 404, 500])('releases.json with %i does not stop alpine:3.23', async (status) => {
    site = await serveDocuments(alpineOrigins, {
      [cloud('3.23')]: await readFixture('alpine/v3.23-cloud.listing'),
      'https://alpinelinux.org/releases.json': (_request, response) => {
        response.statusCode = status;
        response.end('no\n');
      },
    });
    const { release, guest } = await ask(alpine, site, '3.23', 'amd64');
    expect([release, guest?.eol]).toEqual(['3.23', undefined]);
  });

  it('releases.json on an unreachable host does not stop alpine:3.23', async () => {
    site = await serveDocuments(alpineOrigins, {
      [cloud('3.23')]: await readFixture('alpine/v3.23-cloud.listing'),
      'https://alpinelinux.org/releases.json': (_request, response) => {
        response.destroy();
      },
    });
    expect((await ask(alpine, site, '3.23', 'amd64')).release).toBe('3.23');
  });

  it('the pointer to the newest build does not stop a call that names its build', async () => {
    const folder = 'https://distfiles.gentoo.org/releases/amd64/autobuilds/';
    const build = '20261004T164559Z';
    site = await serveDocuments(['https://distfiles.gentoo.org/'], {
      [`${folder}${build}/di-amd64-cloudinit-${build}.qcow2.sha256`]: 'a list\n',
      [`${folder}latest-di-amd64-cloudinit.txt`]: (_request, response) => {
        response.statusCode = 403;
        response.end('no\n');
      },
    });
    const image = await ask(gentoo, site, 'latest', 'amd64', { snapshot: build });
    expect(image.version).toBe(build);
  });
});
