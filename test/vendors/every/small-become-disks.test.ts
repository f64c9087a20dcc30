import { xz } from '@napi-rs/lzma';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { mirrorsFor } from '../../../src/testing/upstream.ts';
import { buildVmdkImage } from '../../../src/testing/vmdk-image.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeImage } from '../../fixtures/signed-line.ts';
import { tarFile } from '../../formats/make-tar.ts';
import { documents as lxdDocuments, server } from '../documents/simplestreams.ts';
import { folderPage } from './folder-page.ts';

const disk = makeDisk(2 * 1024 ** 2);
const qcow2 = makeImage();
const signer = createOpenpgpSigner();
const given = [signer.publicKey];
const hexOf = (bytes: Uint8Array): string => sha256(bytes).slice('sha256:'.length);
const signed = (text: string): string => signer.signDetached(Buffer.from(text));
const sumOf = (name: string, bytes: Uint8Array = qcow2): string => `${hexOf(bytes)}  ${name}\n`;

/** A site with one image: its documents by address, without the scheme. */
interface Site {
  reference: string;
  image: string;
  bytes: Uint8Array;
  level: string;
  documents: Record<string, string>;
  parameters?: Record<string, string>;
}

function simplestreams(): Site {
  const folder = `${server}images/ubuntu/noble/amd64/default/20261119_07:42/`.slice(8);
  const documents = Object.entries(lxdDocuments).map(([address, text]) => {
    const sized = text.replaceAll('283115520', String(qcow2.length));
    return [address.slice(8), sized.replaceAll('a1'.repeat(32), hexOf(qcow2))];
  });
  return {
    reference: 'simplestreams:ubuntu-noble',
    image: `${folder}disk.qcow2`,
    bytes: qcow2,
    level: 'checksum',
    documents: Object.fromEntries(documents),
    parameters: { server },
  };
}

function httpIndex(isSigned: boolean): Site {
  const folder = 'images.example/disks/';
  const name = 'appliance-2.1-x86_64.img';
  const list = sumOf(name);
  const key = { key: signer.fingerprint };
  return {
    reference: 'http-index:2.1',
    image: folder + name,
    bytes: qcow2,
    level: isSigned ? 'signed' : 'checksum',
    documents: { [`${folder}SHA256SUMS`]: list, [`${folder}SHA256SUMS.asc`]: signed(list) },
    parameters: { url: `https://${folder}`, ...(isSigned && key) },
  };
}

function amazonLinux(): Site {
  const version = '2023.9.20261109.0';
  const base = 'cdn.amazonlinux.com/al2023/os-images/';
  const name = `al2023-kvm-${version}-kernel-6.1-x86_64.xfs.gpt.qcow2`;
  const lists = ['latest', version].map((one) => [`${base}${one}/kvm/SHA256SUMS`, sumOf(name)]);
  return {
    reference: 'amazon-linux',
    image: `${base}${version}/kvm/${name}`,
    bytes: qcow2,
    level: 'checksum',
    documents: Object.fromEntries(lists),
  };
}

function cirros(): Site {
  const base = 'download.cirros-cloud.net/';
  const name = 'cirros-0.6.3-x86_64-disk.img';
  return {
    reference: 'cirros',
    image: `${base}0.6.3/${name}`,
    bytes: qcow2,
    level: 'checksum',
    documents: {
      [`${base}version/released`]: '0.6.3\n',
      [`${base}0.6.3/`]: folderPage('/0.6.3/', [name, 'SHA256SUMS']),
      [`${base}0.6.3/SHA256SUMS`]: sumOf(name),
    },
  };
}

function gentoo(): Site {
  const base = 'distfiles.gentoo.org/releases/amd64/autobuilds/';
  const name = 'di-amd64-cloudinit-20261004T164559Z.qcow2';
  const path = `20261004T164559Z/${name}`;
  return {
    reference: 'gentoo',
    image: base + path,
    bytes: qcow2,
    level: 'signed',
    documents: {
      [`${base}latest-di-amd64-cloudinit.txt`]: signer.clearsign(
        `# Latest as of Tue, 06 Oct 2026 10:15:00 +0000\n# ts=1791281700\n${path} ${qcow2.length}\n`,
      ),
      [`${base}${path}.sha256`]: signer.clearsign(`# SHA256 HASH\n${sumOf(name)}`),
    },
  };
}

async function kali(): Promise<Site> {
  const base = 'kali.download/cloud-images/';
  const name = 'kali-linux-2026.3-cloud-genericcloud-amd64.tar.xz';
  const tar = Buffer.concat([tarFile('disk.raw', disk), new Uint8Array(1024)]);
  const bytes = Uint8Array.from(await xz.compress(tar));
  const list = sumOf(name, bytes);
  return {
    reference: 'kali',
    image: `${base}kali-2026.3/${name}`,
    bytes,
    level: 'signed',
    documents: {
      [base]: folderPage('/cloud-images/', ['current/', 'kali-2026.3/']),
      [`${base}kali-2026.3/SHA256SUMS`]: list,
      [`${base}kali-2026.3/SHA256SUMS.gpg`]: signed(list),
    },
  };
}

function openbsd(): Site {
  const tag = 'v7.9_2026-06-03-20-46';
  const name = 'openbsd-min.qcow2';
  const image = `github.com/hcartiaux/openbsd-cloud-image/releases/download/${tag}/${name}`;
  const assets = [
    { name, size: qcow2.length },
    { name: `${name}.sha256`, size: 91 },
  ];
  const releases = JSON.stringify([{ tag_name: tag, draft: false, prerelease: false, assets }]);
  return {
    reference: 'openbsd',
    image,
    bytes: qcow2,
    level: 'checksum',
    documents: {
      'api.github.com/repos/hcartiaux/openbsd-cloud-image/releases': releases,
      [`${image}.sha256`]: sumOf(`images/${name}`),
    },
  };
}

function omnios(): Site {
  const folder = 'downloads.omnios.org/media/stable/';
  const extents = [{ position: 0, bytes: disk }];
  const { bytes } = buildVmdkImage({ virtualSize: disk.length, extents });
  const image = `${folder}omnios-r151056.cloud.vmdk`;
  return {
    reference: 'omnios',
    image,
    bytes,
    level: 'checksum',
    documents: {
      [folder]: folderPage('/media/stable/', ['omnios-r151056.cloud.vmdk']),
      [`${image}.sha256`]: `${hexOf(bytes)}\n`,
    },
  };
}

const sites: [string, () => Site | Promise<Site>][] = [
  ['simplestreams', simplestreams],
  ['http-index', () => httpIndex(false)],
  ['http-index with a key', () => httpIndex(true)],
  ['amazon-linux', amazonLinux],
  ['cirros', cirros],
  ['gentoo', gentoo],
  ['kali', kali],
  ['openbsd', openbsd],
  ['omnios', omnios],
];

describe('images become disks', () => {
  let line: Line;
  beforeEach(async () => {
    line = await startLine();
  });
  afterEach(() => line.close());

  function ensure({
    reference,
    image,
    bytes,
    documents,
    parameters,
  }: Site): ReturnType<Line['ensure']> {
    for (const [path, text] of Object.entries(documents)) line.upstream.route(path, text);
    line.upstream.route(image, bytes);
    const hosts = new Set([image, ...Object.keys(documents)].map((path) => path.split('/')[0]));
    const origins = [...hosts].map((host) => `https://${host}/`);
    return line.ensure(reference, {
      mirrors: mirrorsFor(line.upstream, origins),
      // The vendor's own key cannot be fetched here; one named by its fingerprint must be given.
      keys: parameters?.['key'] === undefined ? { replace: given } : given,
      ...(parameters !== undefined && { parameters }),
    });
  }

  it.each(sites)('%s', async (_, site) => {
    const own = await site();
    const image = await ensure(own);
    expect(image.trust.level).toBe(own.level);
    expect(await sha256File(image.path)).toBe(sha256(disk));
  });

  it.each([
    ['http-index', () => httpIndex(true), '.asc'],
    ['kali', kali, '.gpg'],
  ])('%s: not if the signature is of something else', async (_, site, ending) => {
    const own = await site();
    const address = Object.keys(own.documents).find((path) => path.endsWith(ending)) ?? '';
    const documents = { ...own.documents, [address]: signed('something else') };
    await expect(ensure({ ...own, documents })).rejects.toMatchObject({ code: 'ERR_SIGNATURE' });
    expect(await line.visible()).toEqual([]);
  });

  it('gentoo: not if the pointer to the newest build is not signed', async () => {
    const own = gentoo();
    const [address = '', text = ''] = Object.entries(own.documents)[0] ?? [];
    const bare = text.slice(text.indexOf('\n\n') + 2, text.indexOf('-----BEGIN PGP SIGNATURE'));
    const documents = { ...own.documents, [address]: bare };
    await expect(ensure({ ...own, documents })).rejects.toMatchObject({ exitCode: 5 });
  });
});
