import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alpine } from '../../../vendors/alpine.ts';
import {
  ask,
  type Documents,
  listAll,
  maintenancePage,
  readFixture,
  serveDocuments,
} from '../every/serve-documents.ts';
import { cloud, index, origins, startAlpine } from './site.ts';

let site: Documents;

beforeAll(async () => {
  site = await startAlpine();
});
afterAll(() => site.close());

describe('alpine facts', () => {
  it.each([
    ['3.24', 'cloudinit', 'uefi', '2028-06-01'],
    ['3.24.1', 'cloudinit-bios', 'bios', '2028-06-01'],
    ['3.24.1', 'tiny-bios', 'bios', '2028-06-01'],
    ['3.23', 'cloudinit', 'uefi', '2027-11-01'],
  ])('%s %s boots with %s until %s', async (release, variant, firmware, eol) => {
    const { guest } = await ask(alpine, site, release, 'amd64', { variant });
    expect(guest).toEqual({
      osIds: ['alpine'],
      user: 'alpine',
      seed: 'nocloud',
      ssh: true,
      firmware: [firmware],
      eol,
    });
  });

  it('warns when the newest version lacks the variant', async () => {
    const resolution = await ask(alpine, site, '3.24', 'amd64', { variant: 'cloudinit-bios' });
    expect(resolution.version).toBe('3.24.1');
    expect(resolution.warnings?.map(({ code }) => code)).toEqual(['older-version']);
  });

  it('uses the previous branch when the newest has no cloud image yet, with a warning', async () => {
    const own = await startAlpine();
    const json = await readFixture('alpine/releases.json');
    const announced = '{ "rel_branch": "v3.25", "releases": [] },';
    own.put(
      index,
      json
        .replace('"v3.24",', '"v3.25",')
        .replace('"release_branches": [', `"release_branches": [${announced}`),
    );
    const resolution = await ask(alpine, own, 'latest', 'amd64');
    expect(resolution.release).toBe('3.24');
    expect(resolution.warnings?.map(({ code }) => code)).toEqual(['older-release']);
    await own.close();
  });

  it('answers without the index, but then with no end of life', async () => {
    const own = await serveDocuments(origins, {
      [cloud('3.24')]: await readFixture('alpine/v3.24-cloud.listing'),
    });
    const { snapshot, guest } = await ask(alpine, own, '3.24', 'amd64');
    expect([snapshot, guest?.eol]).toEqual(['3.24.2-r2', undefined]);
    await expect(ask(alpine, own, 'latest', 'amd64')).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
    });
    await own.close();
  });

  it('lists branches that have cloud images, newest first, and stops at the first without', async () => {
    const own = await startAlpine();
    expect(await listAll(alpine, own)).toEqual([
      {
        release: '3.24',
        version: '3.24.2',
        aliases: ['latest'],
        arches: ['amd64', 'arm64'],
        variants: ['cloudinit', 'cloudinit-bios', 'cloudinit-metal', 'tiny', 'tiny-bios'],
        eol: '2028-06-01',
      },
      {
        release: '3.23',
        version: '3.23.4',
        arches: ['amd64', 'arm64'],
        variants: ['cloudinit', 'cloudinit-bios'],
        eol: '2027-11-01',
      },
    ]);
    const folders = ['3.24', '3.23', '3.10'].map((branch) => `GET ${cloud(branch)}`);
    // Each folder also has a list of the netboot files.
    const asked = own.requests.filter((line) => !line.endsWith('/latest-releases.yaml'));
    expect(asked).toEqual([`GET ${index}`, ...folders]);
    await own.close();
  });

  it('does not depend on the clock', async () => {
    const request = { vendor: 'alpine', release: 'latest', arch: 'amd64' } as const;
    const early = await alpine.resolve(request, site.at('1999-01-01T00:00:00Z'));
    expect(await alpine.resolve(request, site.at('2099-01-01T00:00:00Z'))).toEqual(early);
  });
});

describe('alpine requests', () => {
  it('requests folders with their final slash, and no image', async () => {
    const own = await startAlpine();
    // The answer of dl-cdn without the slash.
    own.put(cloud('3.24').replace(/\/$/, ''), (_request, response) => {
      response.writeHead(301, { location: cloud('3.24').replace('https:', 'http:') });
      response.end();
    });
    await ask(alpine, own, 'latest', 'amd64');
    expect(own.requests).toEqual([`GET ${index}`, `GET ${cloud('3.24')}`]);
    await own.close();
  });

  it.each([
    ['edge', 'amd64', {}, 'release', '3.24', /edge/],
    ['3.99', 'amd64', {}, 'release', '3.24', /3\.24/],
    ['3.23.6', 'amd64', {}, 'release', '3.23.4', /3\.23\.4/],
    ['trixie', 'amd64', {}, 'release', '3.24', /3\.23/],
    ['3.24/../../edge', 'amd64', {}, 'release', '3.24', /3\.24/],
    ['3.24', 'riscv64', {}, 'arch', 'arm64', /amd64/],
    ['3.24', 'amd64', { variant: 'server' }, 'variant', 'tiny', /cloudinit/],
    ['3.24.2', 'amd64', { variant: 'cloudinit-bios' }, 'variant', 'cloudinit', /tiny/],
    ['3.24', 'arm64', { variant: 'tiny' }, 'variant', 'cloudinit', /cloudinit/],
    ['3.24', 'amd64', { snapshot: '3.24.2-r7' }, 'snapshot', '3.24.2-r2', /3\.24\.2-r2/],
    ['3.24', 'amd64', { snapshot: '3.23.4-r0' }, 'snapshot', '3.24.2-r0', /3\.24\.1-r0/],
    ['latest', 'amd64', { snapshot: '20260725' }, 'snapshot', '3.24.2-r2', /3\.24\.2-r2/],
  ] as const)('%s %s %j is not found', async (release, arch, more, field, known, hint) => {
    const asked = ask(alpine, site, release, arch, more);
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringMatching(hint),
      details: { vendor: 'alpine', field, known: expect.arrayContaining([known]) },
    });
  });

  it.each([
    ['the index', 'latest', index],
    ['a folder', '3.24', cloud('3.24')],
  ])(
    'does not read a maintenance page in place of %s as a document',
    async (_what, release, address) => {
      const own = await startAlpine();
      own.put(address, maintenancePage);
      await expect(ask(alpine, own, release, 'amd64')).rejects.toMatchObject({
        code: 'ERR_METADATA',
      });
      await own.close();
    },
  );

  it.each([
    ['{"release_branches": []}', 'latest_stable'],
    ['{"latest_stable": "v3.24"}', 'release_branches'],
    ['{"latest_stable": "v3.24", "release_branches": []}', 'no stable branch'],
    [
      '{"latest_stable": "v3.24", "release_branches": [{"rel_branch": 324}]}',
      'release_branches[0].rel_branch',
    ],
  ])('reports the error in %s', async (json, place) => {
    const own = await startAlpine();
    own.put(index, json);
    const error = await ask(alpine, own, 'latest', 'amd64').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_METADATA', message: expect.stringContaining(place) });
    await own.close();
  });
});
