import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freebsd } from '../../../vendors/freebsd.ts';
import { ask, type Documents } from '../every/serve-documents.ts';
import { archive, barber, current, percival, signedProofs, start } from './site.ts';

let site: Documents;
let withArchive: Documents;

beforeAll(async () => {
  site = await start();
  withArchive = await start(['http://ftp-archive.freebsd.org/']);
});
afterAll(async () => {
  await site.close();
  await withArchive.close();
});

describe('freebsd archive', () => {
  it.each([
    ['14.1', undefined, 'FreeBSD-14.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.raw.xz'],
    ['14.1-RELEASE', 'ufs', 'FreeBSD-14.1-RELEASE-amd64.raw.xz'],
    ['13.1', 'ufs', 'FreeBSD-13.1-RELEASE-amd64.raw.xz'],
  ])('has %s %s when the caller named a mirror for it', async (release, variant, fileName) => {
    const { disk } = await ask(freebsd, withArchive, release, 'amd64', {
      ...(variant !== undefined && { variant }),
    });
    const base = `${archive}${fileName.slice(8, 20)}/amd64/Latest/`;
    expect(disk[0]?.url.href).toBe(base + fileName);
    expect(disk[0]?.proofs).toEqual([
      ...signedProofs(`${fileName.slice(8, 20)}-amd64`, release === '13.1' ? barber : percival),
      { kind: 'checksums', url: new URL(`${base}CHECKSUM.SHA512`) },
    ]);
  });

  it('is not requested over plain http', async () => {
    await expect(ask(freebsd, site, '13.1', 'amd64', { variant: 'ufs' })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringContaining(archive),
      details: { field: 'release', value: '13.1', known: ['15.1', '15.0', '14.4', '9.3'] },
    });
  });

  it('is named in the error when a snapshot has left the main tree', async () => {
    const asked = ask(freebsd, site, 'latest', 'amd64', { snapshot: '13.1-release' });
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringContaining(archive),
      details: { value: '13.1-release' },
    });
  });

  it('does not have cloud-init images before 14.1, and the error says so', async () => {
    await expect(ask(freebsd, withArchive, '13.1', 'amd64')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringContaining('14.1'),
      details: { field: 'variant', value: 'cloudinit-ufs', known: ['ufs'] },
    });
  });

  it('is not used for a branch', async () => {
    const before = withArchive.requests.length;
    await expect(ask(freebsd, withArchive, '13', 'amd64')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'release', value: '13' },
    });
    expect(withArchive.requests.slice(before)).toEqual([`GET ${current}`]);
  });
});
