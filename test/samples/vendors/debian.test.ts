import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { debian } from '../../../vendors/debian.ts';
import {
  ask,
  type Documents,
  listAll,
  readFixture,
  serveDocuments,
} from '../../vendors/every/serve-documents.ts';

const samples = process.env['ROOTDISK_SAMPLES'];
const dists = 'https://ftp.debian.org/debian/dists/';
const cloud = 'https://cloud.debian.org/images/cloud/';

function read(name: string): string {
  return readFileSync(join(samples ?? '', name), 'utf8');
}

const signer = createOpenpgpSigner();

/** The captured heads have no signature; `InRelease` is the same text with one. */
function signed(release: string): string {
  return String(signer.clearsign(release));
}

function pinned(address: string): string {
  const line = read('upstream/pins.lima.tsv')
    .split('\n')
    .find((row) => row.split('\t')[2] === address);
  return line?.split('\t')[3] ?? `no pin of ${address}`;
}

describe.skipIf(samples === undefined)('debian as captured', () => {
  let site: Documents | undefined;
  const serve = async (documents: Record<string, string>): Promise<Documents> => {
    site = await serveDocuments(
      ['https://ftp.debian.org/', 'https://cloud.debian.org/'],
      documents,
    );
    return site;
  };
  afterEach(() => site?.close());

  it('reads the InRelease files of stable, testing and unstable', async () => {
    const served = await serve({
      [`${dists}stable/InRelease`]: read('signed/debian-trixie-inrelease/InRelease'),
      [`${dists}forky/InRelease`]: read('signed/debian-forky-inrelease-stale/InRelease'),
      [`${dists}sid/InRelease`]: read('upstream/debian/dists_sid_InRelease.2026-10-30'),
      [`${dists}trixie-security/Release`]: read('signed/debian-trixie-security-desync/Release'),
      [cloud]: read('upstream/debian/images_cloud_index.2021-11.excerpt.html'),
    });
    // None of them had images in 2021: the answer names the releases of that time.
    const known = ['bullseye', 'buster', 'sid', 'stretch'];
    for (const [word, codename] of [
      ['13.7', 'trixie'],
      ['forky', 'forky'],
    ] as const) {
      await expect(ask(debian, served, word, 'amd64')).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
        details: { value: codename, known },
      });
    }
    expect(served.requests).toContain(
      `GET ${cloud}trixie/latest/debian-13-genericcloud-amd64.json`,
    );
    expect(served.requests).toContain(
      `GET ${cloud}forky/daily/latest/debian-14-genericcloud-amd64-daily.json`,
    );
    await expect(ask(debian, served, 'sid', 'amd64')).rejects.toMatchObject({
      details: { value: 'sid', known: ['bullseye', 'buster', 'stretch'] },
    });
    await expect(ask(debian, served, 'trixie-security', 'amd64')).rejects.toMatchObject({
      details: { field: 'release', value: 'trixie-security' },
    });
  });

  it.each([
    ['bullseye', '11', '20250303-2040', 'amd64'],
    ['bullseye', '11', '20250303-2040', 'arm64'],
    ['bookworm', '12', '20250210-2019', 'amd64'],
    ['bookworm', '12', '20250210-2019', 'arm64'],
  ] as const)('reads %s %s %s for %s from its manifest', async (codename, number, serial, arch) => {
    const stem = `debian-${number}-genericcloud-${arch}`;
    const release =
      codename === 'bullseye'
        ? read('upstream/debian/dists_bullseye_Release.11.1')
        : await readFixture('debian/bookworm.Release');
    const served = await serve({
      [`${dists}${codename}/InRelease`]: signed(release),
      [`${cloud}${codename}/latest/${stem}.json`]: read(
        `upstream/debian/${codename}_latest_${stem}.${serial}.json`,
      ),
    });
    const image = await ask(debian, served, codename, arch);
    const address = `${cloud}${codename}/${serial}/${stem}-${serial}.qcow2`;
    expect([image.release, image.snapshot]).toEqual([number, serial]);
    expect(image.disk[0]?.url.href).toBe(address);
    // No project pinned bookworm's arm64 build of that day.
    const digest =
      stem === 'debian-12-genericcloud-arm64'
        ? 'sha512:a17a462acbc3412ef195390fb60dffba2134fef1a276d500ca50a06036c488035657409fcd02f2f70d1e7a91776ca4249cfbceabeb90e74cb123b9971381c72a'
        : pinned(address);
    expect(image.disk[0]?.proofs).toMatchObject([
      { kind: 'digest', digest },
      { kind: 'signature', of: new URL(`${dists}${codename}/InRelease`) },
    ]);
  });

  it('finds the newest daily in a listing, and the files in its list of digests', async () => {
    // Trixie before its release: testing, with daily builds.
    const testing = (await readFixture('debian/forky.Release')).replace('forky', 'trixie');
    const stable = await readFixture('debian/bookworm.Release');
    const daily = `${cloud}trixie/daily/`;
    const served = await serve({
      [`${dists}testing/InRelease`]: signed(testing),
      [`${dists}stable/InRelease`]: signed(stable.replace('oldstable', 'stable')),
      [daily]: read('upstream/debian/trixie_daily_index.2026-07-17.html'),
      [`${daily}20260717-2542/SHA512SUMS`]: read(
        'upstream/debian/trixie_daily_20260717-2542.SHA512SUMS',
      ),
    });
    const image = await ask(debian, served, 'testing', 'arm64');
    expect(image.snapshot).toBe('20260717-2542');
    expect(image.disk[0]?.url.href).toBe(
      `${daily}20260717-2542/debian-13-genericcloud-arm64-daily-20260717-2542.qcow2`,
    );
    const power = ask(debian, served, '13', 'ppc64le', { variant: 'genericcloud' });
    await expect(power).rejects.toMatchObject({ details: { known: ['generic', 'nocloud'] } });
    const raspi = ask(debian, served, '13', 'arm64', { variant: 'raspi' });
    await expect(raspi).rejects.toMatchObject({
      details: { known: ['genericcloud', 'generic', 'nocloud'] },
    });
    await expect(
      ask(debian, served, '13', 'arm64', { snapshot: '20260318' }),
    ).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', details: { field: 'snapshot' } });
  });

  it('lists the release in the folder of July 2025', async () => {
    const stable = await readFixture('debian/bookworm.Release');
    const served = await serve({
      [`${dists}stable/InRelease`]: signed(stable.replace('oldstable', 'stable')),
      [`${cloud}bookworm/latest/SHA512SUMS`]: read(
        'upstream/debian/bookworm_latest.2025-07.SHA512SUMS',
      ),
    });
    expect(await listAll(debian, served)).toMatchObject([
      {
        release: '12',
        arches: ['amd64', 'arm64', 'ppc64le'],
        variants: ['genericcloud', 'generic', 'nocloud'],
      },
    ]);
  });
});
