import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { mirrorsFor } from '../../../src/testing/upstream.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeImage } from '../../fixtures/signed-line.ts';
import { listFiles } from '../alpine/site.ts';
import { listMirrored } from '../documents/opensuse.ts';
import { indexOf } from '../documents/oracle.ts';

const bytes = makeImage();
const hex = sha256(bytes).slice('sha256:'.length);
const signer = createOpenpgpSigner();
const signed = (document: string | Uint8Array): string =>
  signer.signDetached(Buffer.from(document));

/** A site with one image: its documents by address, without the scheme. */
interface Site {
  reference: string;
  image: string;
  level: string;
  documents: Record<string, string>;
}

function centosStream(): Site {
  const fileName = 'CentOS-Stream-GenericCloud-10-20261005.0.x86_64.qcow2';
  const folder = 'cloud.centos.org/centos/10-stream/x86_64/images/';
  const list = `# ${fileName}: ${bytes.length} bytes\nSHA256 (${fileName}) = ${hex}\n`;
  const documents = { [`${folder}CHECKSUM`]: list };
  return { reference: 'centos-stream:10', image: folder + fileName, level: 'checksum', documents };
}

function centos7(): Site {
  const fileName = 'CentOS-7-x86_64-GenericCloud-1801-01.qcow2c';
  const folder = 'cloud.centos.org/centos/7/images/';
  const list = `${hex}  ${fileName}\n`;
  const documents = {
    [`${folder}sha256sum.txt`]: list,
    [`${folder}sha256sum.txt.asc`]: signer.clearsign(list),
  };
  return { reference: 'centos-7', image: folder + fileName, level: 'signed', documents };
}

function oracle(): Site {
  const folder = 'yum.oracle.com/templates/OracleLinux/';
  const fileName = 'OL9U8_x86_64-kvm-b293.qcow2';
  const documents = { [`${folder}ol9-template.json`]: indexOf('OL9/u8/x86_64', fileName, hex) };
  const image = `${folder}OL9/u8/x86_64/${fileName}`;
  return { reference: 'oracle:9', image, level: 'checksum', documents };
}

function arch(): Site {
  const folder = 'geo.mirror.pkgbuild.com/images/';
  const fileName = 'Arch-Linux-x86_64-cloudimg-20261001.604814.qcow2';
  const image = `${folder}v20261001.604814/${fileName}`;
  const list = `${hex}  ${fileName}\n`;
  const documents = {
    [folder]: listFiles(['latest/', 'v20261001.604814/']),
    [`${folder}v20261001.604814/`]: listFiles([fileName, `${fileName}.sig`]),
    [`${image}.SHA256`]: list,
    [`${image}.SHA256.sig`]: signed(list),
    [`${image}.sig`]: signed(bytes),
  };
  return { reference: 'arch', image, level: 'signed', documents };
}

function opensuseLeap(): Site {
  const folder = 'download.opensuse.org/distribution/leap/16.0/appliances/';
  const fileName = 'Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.7.qcow2';
  // The other name of the file, which upstream has used.
  const list = `${hex}  Leap-16.0-Minimal-VM.x86_64-Cloud.qcow2\n`;
  const documents = {
    [`${folder}?json`]: listMirrored([[fileName, bytes.length]]),
    [`${folder}${fileName}.sha256`]: list,
    [`${folder}${fileName}.sha256.asc`]: signed(list),
  };
  return { reference: 'opensuse-leap:16.0', image: folder + fileName, level: 'signed', documents };
}

function opensuseTumbleweed(): Site {
  const folder = 'download.opensuse.org/tumbleweed/appliances/';
  const fileName = 'openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261118.qcow2';
  const list = `${hex}  ${fileName}\n`;
  const documents = {
    [`${folder}SHA256SUMS`]: list,
    [`${folder}${fileName}.sha256`]: list,
    [`${folder}${fileName}.sha256.asc`]: signed(list),
  };
  return { reference: 'opensuse-tumbleweed', image: folder + fileName, level: 'signed', documents };
}

const sites = { centosStream, centos7, oracle, arch, opensuseLeap, opensuseTumbleweed };
const hosts = [
  'cloud.centos.org',
  'yum.oracle.com',
  'geo.mirror.pkgbuild.com',
  'fastly.mirror.pkgbuild.com',
  'download.opensuse.org',
];

describe('images become disks', () => {
  let line: Line;
  beforeEach(async () => {
    line = await startLine();
  });
  afterEach(() => line.close());

  function ensure({ reference, image, documents }: Site): ReturnType<Line['ensure']> {
    for (const [path, text] of Object.entries(documents)) line.upstream.route(path, text);
    line.upstream.route(image, bytes);
    const mirrors = mirrorsFor(
      line.upstream,
      hosts.map((host) => `https://${host}/`),
    );
    return line.ensure(reference, { mirrors, keys: { replace: [signer.publicKey] } });
  }

  it.each(Object.entries(sites))('%s', async (_, site) => {
    const { level, ...more } = site();
    const image = await ensure({ level, ...more });
    expect(image.trust.level).toBe(level);
    expect(image.trust.signer?.fingerprint).toBe(
      level === 'signed' ? signer.fingerprint : undefined,
    );
    expect(await sha256File(image.path)).toBe(sha256(makeDisk(2 * 1024 ** 2)));
  });

  it.each([
    ['arch', arch(), '.sig'],
    ['arch', arch(), '.SHA256.sig'],
    ['opensuse-leap', opensuseLeap(), '.sha256.asc'],
    ['opensuse-tumbleweed', opensuseTumbleweed(), '.sha256.asc'],
  ])('%s: not if a signature is of something else', async (_, site, ending) => {
    const documents = { ...site.documents, [site.image + ending]: signed('something else') };
    await expect(ensure({ ...site, documents })).rejects.toMatchObject({ code: 'ERR_SIGNATURE' });
    expect(await line.visible()).toEqual([]);
  });

  it('opensuse-tumbleweed: not if its two lists disagree', async () => {
    const site = opensuseTumbleweed();
    const folder = site.image.replace(/[^/]+$/, '');
    const other = site.documents[`${folder}SHA256SUMS`]?.replace(hex, 'a'.repeat(64)) ?? '';
    const documents = { ...site.documents, [`${folder}SHA256SUMS`]: other };
    await expect(ensure({ ...site, documents })).rejects.toMatchObject({ exitCode: 5 });
  });
});
