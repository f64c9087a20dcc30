import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Resolution } from '../../src/kit.ts';
import { createOpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { httpIndex } from '../../vendors/http-index.ts';
import { list, origin, text, url } from './documents/http-index.ts';
import { naming } from './every/naming.ts';
import { maintenancePage } from './every/serve-documents.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(httpIndex, [origin], { [list]: text });
afterEach(() => site.close());

function resolve(
  release: string,
  more: Partial<ImageRequest> = {},
  changed: Record<string, string> = {},
): Promise<Resolution> {
  return site.resolve(release, { parameters: { url }, ...more }, changed);
}

describe('http-index names', () => {
  it.each([
    [
      '9.8',
      { variant: 'generic' },
      '9.8',
      'generic',
      '20261001',
      'os-9.8-generic-20261001.x86_64.qcow2',
    ],
    [
      '9',
      { variant: 'generic' },
      '9',
      'generic',
      '20261001',
      'os-9.8-generic-20261001.x86_64.qcow2',
    ],
    [
      '9',
      { variant: 'generic', snapshot: '20260901' },
      '9',
      'generic',
      '20260901',
      'os-9.7-generic-20260901.x86_64.qcow2',
    ],
    [
      '9',
      { variant: 'generic', arch: 'arm64' },
      '9',
      'generic',
      '20261001.1',
      'os-9.8-generic-20261001.1.aarch64.qcow2',
    ],
    [
      '9.8',
      { variant: 'GenericCloud' },
      '9.8',
      'genericcloud',
      '20261001',
      'os-9.8-genericcloud-20261001.x86_64.qcow2',
    ],
    [
      'latest',
      { arch: 'arm64' },
      '9.8',
      'default',
      '20261001.1',
      'os-9.8-generic-20261001.1.aarch64.qcow2',
    ],
    ['3.9', {}, '3.9', 'default', '20250101', 'os-3.9-generic-20250101.x86_64.qcow2'],
  ] as const)('%s %j is %s %s %s', async (release, more, named, variant, build, fileName) => {
    const image = await resolve(release, more);
    expect(image).toEqual({
      release: named,
      variant,
      snapshot: build,
      disk: [
        {
          url: new URL(fileName, url),
          fileName,
          layers: ['qcow2'],
          proofs: [{ kind: 'checksums', url: new URL(list), name: fileName, dialect: 'sums' }],
        },
      ],
    });
    expect(site.requests).toEqual([`GET ${list}`]);
  });

  it('takes a name without an architecture, with a warning, its formats best first', async () => {
    const image = await resolve('1.10');
    expect(image.disk.map(({ fileName, layers }) => [fileName, layers])).toEqual([
      ['appliance-v1.10.qcow2', ['qcow2']],
      ['appliance-v1.10.raw.zst', ['zst', 'raw']],
    ]);
    expect(image).toMatchObject({ snapshot: '1.10', warnings: [{ code: 'arch-unknown' }] });
    // 1.9 is older than 1.10.
    expect(await resolve('latest', { variant: 'appliance', arch: 'riscv64' })).toMatchObject({
      release: '1.10',
    });
  });

  it.each([
    ['builds/plain.img', `${url}builds/plain.img`, [], '1b'.repeat(6)],
    ['rootfs.tar.xz', `${url}rootfs.tar.xz`, [], '1c'.repeat(6)],
    [
      'os-9-generic-latest.x86_64.qcow2',
      `${url}os-9-generic-latest.x86_64.qcow2`,
      ['qcow2'],
      '12'.repeat(6),
    ],
  ])('takes exactly the file %s', async (file, address, layers, snapshot) => {
    const image = await resolve('latest', { parameters: { url, file } });
    expect(image.snapshot).toBe(snapshot);
    expect(image.disk).toMatchObject([{ url: new URL(address), layers, proofs: [{ name: file }] }]);
  });

  it.each([
    ['9.6', {}, 'release', ['9.8', '9.7', '3.9']],
    ['8', {}, 'release', ['9.8']],
    ['9.8', { arch: 's390x' }, 'arch', ['amd64', 'arm64']],
    ['10.2', {}, 'arch', ['other']],
    ['10.3', {}, 'arch', ['other']],
    ['9.8', {}, 'variant', ['generic', 'genericcloud']],
    ['9.8', { variant: 'cloud' }, 'variant', ['generic', 'genericcloud']],
    ['9.8', { variant: 'generic', snapshot: '20261002' }, 'snapshot', ['20261001']],
    ['9', { parameters: { url, file: 'os.qcow2' } }, 'file', ['builds/plain.img']],
    [
      '9',
      { parameters: { url, file: 'builds/plain.img' }, snapshot: 'x' },
      'snapshot',
      ['1b'.repeat(6)],
    ],
    [
      '9',
      { parameters: { url, file: 'os-9.7-generic-20260901.x86_64.qcow2' }, arch: 'arm64' },
      'arch',
      ['amd64'],
    ],
    ['9', { parameters: { url, digest: 'x' } }, 'parameter', ['url', 'file', 'key']],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: expect.arrayContaining([...known]) },
    });
  });
});

describe('http-index lists', () => {
  const signer = createOpenpgpSigner();
  const key = signer.fingerprint;
  const signed = { url, key: (key.match(/.{4}/g) ?? []).join(' ') };

  it.each(['SHA512SUMS', 'CHECKSUM'])('reads %s where it is the list', async (name) => {
    const hex = name === 'CHECKSUM' ? 64 : 128;
    const bsd = `# a-1.2.qcow2: 4096 bytes\nSHA${hex * 4} (a-1.2.qcow2) = ${'a'.repeat(hex)}\n`;
    const image = await resolve('1.2', {}, { [list]: '', [`${url}${name}`]: bsd });
    expect(image.disk).toMatchObject([{ sizeBytes: 4096, proofs: [{ url: new URL(name, url) }] }]);
  });

  it.each(['.gpg', '.asc', '.sig'])(
    'takes the signature beside it (%s) with a key',
    async (ending) => {
      const changed = { [`${list}${ending}`]: signer.signDetached(Buffer.from(text)) };
      const image = await resolve('3.9', { parameters: signed }, changed);
      const at = new URL(`${list}${ending}`);
      expect(image.disk[0]?.proofs).toMatchObject([
        { signature: { form: 'openpgp', at, signers: [key], keys: [{ fingerprint: key }] } },
      ]);
      expect((await resolve('3.9', {}, changed)).disk[0]?.proofs[0]).not.toHaveProperty(
        'signature',
      );
    },
  );

  it('requires a signature if a key is given and no signature exists', async () => {
    const image = await resolve('3.9', { parameters: signed });
    expect(image.disk[0]?.proofs).toMatchObject([{ signature: { at: new URL(`${list}.gpg`) } }]);
  });

  it('reads a clear-signed list only with a key', async () => {
    const changed = { [list]: signer.clearsign(text) };
    const image = await resolve('3.9', { parameters: signed }, changed);
    expect(image.disk[0]?.proofs).toMatchObject([{ signature: { at: 'inline' } }]);
    await expect(resolve('3.9', {}, changed)).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'key' },
    });
  });

  it.each([
    [{}, 'url', 'is missing'],
    [{ url: 'files.example/disks' }, 'url', 'is not an address'],
    [{ url: 'http://files.example/' }, 'url', 'begins with http:, not with https:'],
    [{ url: 'htps://files.example/' }, 'url', 'begins with htps:, not with https:'],
    [{ url: `${url}?token=1` }, 'url', 'has a query'],
    [{ url: `${url}#top` }, 'url', 'has a fragment'],
    [{ url, key: '1A2B3C4D' }, 'key', 'is not a list of whole fingerprints'],
  ])('refuses %j, and says what is wrong: %s', async (parameters, field, why) => {
    await expect(resolve('9.8', { parameters })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      message: `http-index: the parameter ${field} ${why}`,
      hint: expect.stringContaining(`--param ${field}=`),
      details: { field },
    });
    expect(site.requests).toEqual([]);
  });

  it('skips names that lead out of the folder', async () => {
    const evil = `${'1'.repeat(64)}  ../evil-2.0.qcow2\n${'2'.repeat(64)}  /evil-2.0.qcow2\n${'3'.repeat(64)}  ok-1.0.qcow2\n`;
    await expect(resolve('2.0', {}, { [list]: evil })).rejects.toMatchObject({
      details: { field: 'release', known: ['1.0'] },
    });
  });

  it('reports a missing list, and names the address of a page in place of one', async () => {
    await expect(resolve('9.8', {}, { [list]: '' })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: `${url} has none of SHA256SUMS, SHA512SUMS, CHECKSUM`,
      details: { field: 'url' },
    });
    await expect(resolve('9.8', {}, { [list]: maintenancePage })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(list),
    });
  });
});
