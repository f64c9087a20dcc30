import { afterEach, describe, expect, it } from 'vitest';
import { debian } from '../../../vendors/debian.ts';
import { cloud, dists, documents, latest, origins, read, sign } from '../documents/debian.ts';
import { listAll } from '../every/serve-documents.ts';
import { signedBy } from '../every/signed-by.ts';
import { createVendorSite } from '../every/vendor-site.ts';

const stable = `${dists}stable/InRelease`;
/** Archive keys of trixie. */
const trixieKeys = [
  '04B54C3CDCA79751B16BC6B5225629DF75B188BD',
  '41587F7DB8C774BCCF131416762F67A0B2C39DE4',
];
const suite = {
  kind: 'signature',
  of: new URL(stable),
  signature: signedBy('inline', ...trixieKeys),
};
const site = createVendorSite(debian, origins, documents);
const { resolve } = site;
afterEach(() => site.close());

describe('debian', () => {
  it('answers with the dated file and its digest from two documents, and requests no image', async () => {
    const image = await resolve('13');
    expect(image).toEqual({
      release: '13',
      codename: 'trixie',
      version: '13.7',
      variant: 'genericcloud',
      snapshot: '20260712-2537',
      disk: [
        {
          url: new URL(
            `${cloud}trixie/20260712-2537/debian-13-genericcloud-amd64-20260712-2537.qcow2`,
          ),
          fileName: 'debian-13-genericcloud-amd64-20260712-2537.qcow2',
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'digest',
              // The base64 of the qcow2 upload; the Build item before it has a digest that is not of an image.
              digest:
                'sha512:7ae53e9dbee282bfc16f289dec483dde3a8598769c38a267948310f7a2a52c662620198603bc52c142627efba379863d16079698a10b34102d55bcedd40e8d32',
              from: latest,
            },
            suite,
          ],
        },
      ],
      guest: {
        osIds: ['debian'],
        user: 'debian',
        seed: 'nocloud',
        ssh: true,
        firmware: ['bios', 'uefi'],
        eol: '2028-08-09',
      },
    });
    expect(site.requests).toEqual([`GET ${dists}stable/InRelease`, `GET ${latest}`]);
  });

  it('refuses an unsigned Release when InRelease is missing', async () => {
    const documents = { [stable]: '', [`${dists}stable/Release`]: read('bookworm.Release') };
    await expect(resolve('latest', {}, documents)).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_MISSING',
      message: expect.stringContaining(stable),
    });
  });

  it('refuses an InRelease without its signature', async () => {
    const documents = { [stable]: read('trixie.Release') };
    await expect(resolve('latest', {}, documents)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: expect.stringContaining('not signed'),
    });
  });

  it.each([
    ['bookworm', 'trixie'],
    ['stable', 'bookworm'],
    ['testing', 'sid'],
  ])('refuses the InRelease of another suite in place of that of %s', async (asked, other) => {
    const documents = { [`${dists}${asked}/InRelease`]: sign(read(`${other}.Release`)) };
    await expect(resolve(asked, {}, documents)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: expect.stringContaining(`not to ${asked}`),
    });
  });

  it.each([
    ['latest', '13', 'trixie', '13.7'],
    ['stable', '13', 'trixie', '13.7'],
    ['Trixie', '13', 'trixie', '13.7'],
    ['13.7', '13', 'trixie', '13.7'],
    ['12', '12', 'bookworm', '12.14'],
    ['bookworm', '12', 'bookworm', '12.14'],
    ['oldstable', '12', 'bookworm', '12.14'],
    ['14', '14', 'forky', undefined],
    ['testing', '14', 'forky', undefined],
    ['forky', '14', 'forky', undefined],
  ])('reads %s as Debian %s %s %s', async (word, release, codename, version) => {
    const image = await resolve(word);
    expect([image.release, image.codename, image.version]).toEqual([release, codename, version]);
  });

  it('takes stable from the archive, never from the date', async () => {
    for (const now of ['2025-01-01', '2026-11-20', '2040-01-01']) {
      const image = await resolve('latest', {}, {}, now);
      expect([image.release, image.guest?.eol]).toEqual(['13', '2028-08-09']);
    }
    // On the day of forky's release, nothing here has to change.
    const next = {
      [stable]: sign(
        read('forky.Release')
          .replace('Suite: testing', 'Suite: stable\nVersion: 14.0')
          .replace(/Valid-Until.*\n/, ''),
      ),
      [`${cloud}forky/latest/debian-14-genericcloud-amd64.json`]: read(
        'forky-genericcloud-amd64-daily.json',
      )
        .replaceAll('/daily/', '/')
        .replaceAll('-daily-', '-'),
    };
    const image = await resolve('latest', {}, next);
    expect([image.release, image.version, image.snapshot]).toEqual(['14', '14.0', '20261029-2646']);
    expect(image.guest).not.toHaveProperty('eol');
  });

  it('uses daily builds for testing and unstable', async () => {
    expect((await resolve('testing')).disk[0]?.url.href).toBe(
      `${cloud}forky/daily/20261029-2646/debian-14-genericcloud-amd64-daily-20261029-2646.qcow2`,
    );
    const sid = await resolve('sid', { arch: 'arm64', variant: 'generic' });
    expect(sid.disk[0]?.url.href).toBe(
      `${cloud}sid/daily/20261029-2646/debian-sid-generic-arm64-daily-20261029-2646.qcow2`,
    );
    expect([sid.release, sid.version]).toEqual(['sid', undefined]);
  });

  it('lists the dated folders if latest/ is not mirrored, by Apache or by nginx', async () => {
    const image = await resolve('13', {}, { [latest]: '' });
    expect(image.snapshot).toBe('20260712-2537');
    expect(image.disk[0]?.proofs).toEqual([
      {
        kind: 'checksums',
        url: new URL(`${cloud}trixie/20260712-2537/SHA512SUMS`),
        dialect: 'sums',
      },
      suite,
    ]);
    expect(site.requests.filter((url) => url.endsWith('.qcow2'))).toEqual([]);
    // 2023230723-1450 is the highest number of bookworm's folders, but not the newest.
    expect((await resolve('12')).snapshot).toBe('20260712-2537');
  });

  it('skips a newest folder that has no digests yet', async () => {
    const sums = `${cloud}bookworm/20260712-2537/SHA512SUMS`;
    const image = await resolve(
      '12',
      {},
      {
        [sums]: '',
        [sums.replace('2537', '2536')]: read('bookworm-20260712-2537.SHA512SUMS').replaceAll(
          '2537',
          '2536',
        ),
      },
    );
    expect(image.snapshot).toBe('20260712-2536');
  });

  it('finds an exact serial, the ten-digit one too', async () => {
    const image = await resolve('12', { arch: 'arm64', snapshot: '2023230723-1450' });
    expect(image.disk[0]?.url.href).toBe(
      `${cloud}bookworm/2023230723-1450/debian-12-genericcloud-arm64-2023230723-1450.qcow2`,
    );
    expect(site.requests.some((url) => url.includes('latest'))).toBe(false);
  });

  it('never takes the ten-digit serial as the newest, even if it is the only one', async () => {
    const listing = read('bookworm.listing').replaceAll(/href="20\d{6}-\d+\/"/g, 'href="old/"');
    await expect(
      resolve('12', { arch: 'arm64' }, { [`${cloud}bookworm/`]: listing }),
    ).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', details: { field: 'release' } });
  });

  it('takes the last build of a day', async () => {
    expect((await resolve('bookworm', { snapshot: '20260712' })).snapshot).toBe('20260712-2537');
  });

  it('finds the file in a folder that holds files of another serial', async () => {
    const image = await resolve('12', { snapshot: '20230802' });
    expect(image.snapshot).toBe('20230802-1460');
    expect(image.disk[0]?.fileName).toBe('debian-12-genericcloud-amd64-20230723-1450.qcow2');
  });

  it('distinguishes generic from genericcloud', async () => {
    const image = await resolve('13', { variant: 'generic' });
    expect(image.disk[0]?.fileName).toBe('debian-13-generic-amd64-20260712-2537.qcow2');
    const exact = await resolve('12', { variant: 'generic', snapshot: '20260712-2537' });
    expect(exact.disk[0]?.fileName).toBe('debian-12-generic-amd64-20260712-2537.qcow2');
  });

  it('warns that root has no password on a nocloud image', async () => {
    const image = await resolve('13', { variant: 'nocloud' });
    expect(image.guest).toMatchObject({ user: 'root', seed: 'none', ssh: false });
    expect(image.warnings).toMatchObject([{ code: 'open-console' }]);
    expect((await resolve('13')).warnings).toBeUndefined();
  });

  it('gives no firmware for POWER machines', async () => {
    const image = await resolve('13', { arch: 'ppc64le', variant: 'generic' });
    expect(image.disk[0]?.fileName).toBe('debian-13-generic-ppc64el-20260712-2537.qcow2');
    expect(image.guest).not.toHaveProperty('firmware');
  });

  it('lists releases of the archive that have images', async () => {
    expect(await listAll(debian, await site.serve(documents))).toEqual([
      {
        release: '13',
        codename: 'trixie',
        version: '13.7',
        aliases: ['latest', 'stable'],
        arches: ['amd64', 'arm64', 'riscv64', 'ppc64le'],
        variants: ['genericcloud', 'generic', 'nocloud'],
        eol: '2028-08-09',
      },
      {
        release: '12',
        codename: 'bookworm',
        version: '12.14',
        aliases: ['oldstable'],
        arches: ['amd64', 'arm64'],
        variants: ['genericcloud', 'generic'],
        eol: '2026-07-11',
      },
    ]);
  });
});
