import { describe, expect, it } from 'vitest';
import { parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { freebsd } from '../../../vendors/freebsd.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { listFiles, readPins, readSample, samples } from '../read-samples.ts';

const current = 'https://download.freebsd.org/releases/VM-IMAGES/';
const archive = 'http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/';
const pins = readPins('freebsd');

/** Names on `SHA256 (name) = …` lines, clear-signed or not. */
function namesOf(list: string): string[] {
  return [...list.matchAll(/^SHA\d+ \(([^)]+)\) = /gm)].map(([, name = '']) => name);
}

async function serve(folder: string, names: string[]): Promise<Documents> {
  const documents = await serveDocuments(
    [
      'https://download.freebsd.org/',
      'https://www.freebsd.org/',
      'http://ftp-archive.freebsd.org/',
    ],
    { [current]: listFiles(['14.4-RELEASE/']) },
  );
  documents.put(folder, listFiles(names));
  return documents;
}

describe.skipIf(samples === undefined)('freebsd as captured', () => {
  it.each(pins)('finds $url by its release', async ({ url, fileName, arch }) => {
    const documents = await serve(new URL('.', url).href, [fileName, 'CHECKSUM.SHA256']);
    const release = /FreeBSD-(\d+\.\d+-RELEASE)/.exec(fileName)?.[1] ?? '';
    const resolution = await ask(freebsd, documents, release, arch, { variant: 'cloudinit-zfs' });
    expect(resolution.disk.map((disk) => disk.url.href)).toEqual([url.href]);
    expect(resolution.snapshot).toBe(release.toLowerCase());
    await documents.close();
  });

  it.each([
    [
      '10.2',
      'CHECKSUM.SHA256',
      'ufs',
      ['FreeBSD-10.2-RELEASE-amd64.raw.xz', 'FreeBSD-10.2-RELEASE-amd64.qcow2.xz'],
    ],
    [
      '13.1',
      'CHECKSUM.SHA512',
      'plain',
      ['FreeBSD-13.1-RELEASE-amd64.raw.xz', 'FreeBSD-13.1-RELEASE-amd64.qcow2.xz'],
    ],
    [
      '14.1',
      'CHECKSUM.SHA256',
      'ufs',
      ['FreeBSD-14.1-RELEASE-amd64.raw.xz', 'FreeBSD-14.1-RELEASE-amd64.qcow2.xz'],
    ],
    [
      '14.1',
      'CHECKSUM.SHA256',
      'cloudinit-zfs',
      [
        'FreeBSD-14.1-RELEASE-amd64-BASIC-CLOUDINIT-zfs.raw.xz',
        'FreeBSD-14.1-RELEASE-amd64-BASIC-CLOUDINIT-zfs.qcow2.xz',
      ],
    ],
  ])('picks from the signed list of %s %s the %s images', async (version, list, variant, files) => {
    const name = `${list}-FreeBSD-${version}-RELEASE-amd64-vm.asc`;
    const signed = readSample(`signed/freebsd-${version}-amd64-vm/${name}`);
    const folder = `${archive}${version}-RELEASE/amd64/Latest/`;
    const documents = await serve(folder, [...namesOf(signed), list]);
    const site = `https://www.freebsd.org/releases/${version}R/checksums/${name}`;
    documents.put(site, signed);
    const { disk } = await ask(freebsd, documents, version, 'amd64', { variant });
    expect(disk.map(({ fileName }) => fileName)).toEqual(files);
    expect(disk[0]?.proofs).toMatchObject([
      { url: new URL(site), signature: { at: 'inline' } },
      { kind: 'checksums', url: new URL(folder + list) },
    ]);
    await documents.close();
  });

  it.each([
    ['cloudinit-ufs', 'qcow2', 'e4ca4db889f8559c9b9dfcacc70405c038476f4b6d41649b152d3809a2ed9e1f'],
    ['cloudinit-zfs', 'raw', '93011721f334015ce203d43c4d204e7cddc73dc6e3e757532fe67b740dc916b4'],
  ])('finds the digest of 15.1 %s %s by its file name', async (variant, format, hex) => {
    const text = readSample(
      'upstream/freebsd/15.1-RELEASE_amd64.assembled.excerpt.CHECKSUM.SHA256',
    );
    const documents = await serve(`${current}15.1-RELEASE/amd64/Latest/`, namesOf(text));
    documents.put(current, listFiles(['15.1-RELEASE/', '14.4-RELEASE/']));
    const { disk } = await ask(freebsd, documents, 'latest', 'amd64', { variant });
    const artifact = disk.find(({ layers }) => layers.includes(format));
    const picked = pickChecksum(parseChecksums(text), artifact?.fileName ?? '', 'the list');
    expect(picked.digests).toEqual([`sha256:${hex}`]);
    await documents.close();
  });
});
