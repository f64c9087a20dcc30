import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bzip2 } from '../../../formats/bzip2.ts';
import { qcow2 } from '../../../formats/qcow2.ts';
import { xz } from '../../../formats/xz.ts';
import type { ResolveOptions } from '../../../src/contracts/options.ts';
import { createRootdisk } from '../../../src/create-rootdisk.ts';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { mirrorsFor, startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import type { ResolvedImage } from '../../../src/verbs/resolve-image.ts';
import { almalinux } from '../../../vendors/almalinux.ts';
import { almalinuxKitten } from '../../../vendors/almalinux-kitten.ts';
import { fedora } from '../../../vendors/fedora.ts';
import { fedoraCoreos } from '../../../vendors/fedora-coreos.ts';
import { flatcar } from '../../../vendors/flatcar.ts';
import { rocky } from '../../../vendors/rocky.ts';
import { checksums } from '../../../verifiers/checksums.ts';
import { digest } from '../../../verifiers/digest.ts';
import { signature } from '../../../verifiers/signature.ts';
import { tls } from '../../../verifiers/tls.ts';
import * as alma from '../documents/almalinux.ts';
import * as fedoraSite from '../documents/fedora.ts';
import * as coreos from '../documents/fedora-coreos.ts';
import * as flatcarSite from '../documents/flatcar.ts';
import * as rockySite from '../documents/rocky.ts';

const sites = [alma, coreos, fedoraSite, flatcarSite, rockySite];
const origins = [...new Set(sites.flatMap((site) => site.origins))];
const documents: Record<string, string> = Object.assign({}, ...sites.map((one) => one.documents));
const resolveImage = createRootdisk({
  vendors: [almalinux, almalinuxKitten, fedora, fedoraCoreos, flatcar, rocky],
  verifiers: [checksums, digest, signature, tls],
  formats: [bzip2, qcow2, xz],
}).resolveImage;

const signer = createOpenpgpSigner();
let upstream: Upstream;
let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-vendors-'));
  upstream = await startUpstream();
  for (const [address, text] of Object.entries(documents)) put(address, text);
});
afterEach(async () => {
  await upstream.close();
  await rm(cacheDir, { recursive: true });
});

function put(address: string, text: string): void {
  upstream.route(address.replace(/^https:\//, ''), text);
}

/** A list of one file, and its detached signature. */
function putSigned(address: string, text: string, ending: string): void {
  put(address, text);
  put(address + ending, signer.signDetached(Buffer.from(text)));
}

function resolve(reference: string, options: ResolveOptions = {}): Promise<ResolvedImage> {
  return resolveImage(reference, {
    arch: 'amd64',
    cacheDir,
    mirrors: mirrorsFor(upstream, origins),
    keys: { replace: [signer.publicKey] },
    ...options,
  });
}

const generic = 'Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2';
const fedoraFolder = `${fedoraSite.ownTree}fedora/linux/releases/44/Cloud/x86_64/images/`;
const fedoraList = `${fedoraFolder}Fedora-Cloud-44-1.7-x86_64-CHECKSUM`;
function bsdSum(name: string, hex: string, bytes: number): string {
  return `# ${name}: ${bytes} bytes\nSHA256 (${name}) = ${hex}\n`;
}

describe('a signed source', () => {
  it('of Fedora is proved by its clear-signed list, which agrees with the index', async () => {
    const hex = fedoraSite.digestOf(`44/Cloud/x86_64/images/${generic}`);
    put(fedoraList, signer.clearsign(bsdSum(generic, hex, 583_729_152)));
    const image = await resolve('fedora:44');
    expect(image.trust).toMatchObject({ level: 'signed' });
    expect(image.trust.signer?.fingerprint).toBe(signer.fingerprint);
    expect([image.digests, image.sizeBytes]).toEqual([[`sha256:${hex}`], 583_729_152]);
  });

  it('of Fedora is refused when its list and the index disagree', async () => {
    const hex = fedoraSite.digestOf('another file');
    put(fedoraList, signer.clearsign(bsdSum(generic, hex, 583_729_152)));
    await expect(resolve('fedora:44')).rejects.toMatchObject({ code: 'ERR_DIGEST' });
  });

  it('of an ended Fedora needs a key from the caller, because none is pinned', async () => {
    const name = 'Fedora-Cloud-Base-39-1.5.x86_64.qcow2';
    const folder = `${fedoraSite.archive}fedora/linux/releases/39/Cloud/x86_64/images/`;
    const list = signer.clearsign(bsdSum(name, fedoraSite.digestOf(name), 4096));
    put(`${folder}Fedora-Cloud-39-1.5-x86_64-CHECKSUM`, list);
    await expect(resolve('fedora:39', { keys: undefined })).rejects.toMatchObject({
      code: 'ERR_KEY',
      hint: expect.stringContaining('--key'),
    });
    const image = await resolve('fedora:39', { keys: [signer.publicKey] });
    expect(image.trust.level).toBe('signed');
    expect(image.trust.warnings).toContainEqual(expect.objectContaining({ code: 'archived' }));
  });

  it.each([
    ['almalinux:9', `${alma.site}9.8/cloud/x86_64/images/CHECKSUM`],
    ['almalinux-kitten', `${alma.kitten}cloud/x86_64/images/CHECKSUM`],
  ])(
    'of %s is proved by its list, and refused without the signature of the list',
    async (reference, list) => {
      await expect(resolve(reference)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });
      putSigned(list, documents[list] ?? '', '.asc');
      const image = await resolve(reference, { refresh: true });
      expect(image.trust.level).toBe('signed');
      expect(documents[list]).toContain(`${image.digests[0]?.slice(7)}  ${image.fileName}\n`);
    },
  );

  it('of Rocky is proved by the sidecar of its file, and refused without the signature of the sidecar', async () => {
    const name = 'Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2';
    const list = `${rockySite.site}10.2/images/x86_64/${name}.CHECKSUM`;
    const text = bsdSum(name, fedoraSite.digestOf(name), 645_988_352);
    put(list, text);
    await expect(resolve('rocky:10')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });
    putSigned(list, text, '.asc');
    const image = await resolve('rocky:10', { refresh: true });
    expect([image.trust.level, image.sizeBytes]).toEqual(['signed', 645_988_352]);
  });

  it('of Rocky 9 has a digest without a signature', async () => {
    const name = 'Rocky-9-GenericCloud-Base-9.8-20260525.2.x86_64.qcow2';
    const list = `${rockySite.site}9.8/images/x86_64/${name}.CHECKSUM`;
    put(list, bsdSum(name, fedoraSite.digestOf(name), 645_988_352));
    expect((await resolve('rocky:9')).trust.level).toBe('checksum');
  });

  it('of Fedora CoreOS has a signature over the compressed image', async () => {
    const name = `fedora-coreos-${coreos.current}-qemu.x86_64.qcow2.xz`;
    const folder = `${coreos.host}prod/streams/stable/builds/${coreos.current}/x86_64/`;
    await expect(resolve('fedora-coreos')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });
    put(`${folder}${name}.sig`, signer.signDetached(Buffer.from('the image')));
    const image = await resolve('fedora-coreos', { refresh: true });
    expect(image.trust.level).toBe('signed');
    expect(image.layers).toEqual(['xz', 'qcow2']);
    expect(image.digests).toEqual([`sha256:${coreos.digestOf(name)}`]);
  });

  it('of Flatcar has a signature over the image, and a digest', async () => {
    const name = 'flatcar_production_qemu_image.img';
    const folder = flatcarSite.folderOf('stable', 'amd64', '4593.2.4');
    await expect(resolve('flatcar')).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });
    put(`${folder}${name}.sig`, signer.signDetached(Buffer.from('the image')));
    const image = await resolve('flatcar', { refresh: true });
    expect(image.trust.level).toBe('signed');
    expect(flatcarSite.digestsOf(name)).toContain(image.digests[0]?.slice('sha512:'.length));
  });
});
