import { afterEach, describe, expect, it } from 'vitest';
import { omnios } from '../../vendors/omnios.ts';
import { documents, files, media, origin } from './documents/omnios.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(omnios, [origin], documents);
afterEach(() => site.close());

describe('omnios', () => {
  it.each([
    ['latest', {}, 'r151056', 'r151056', 'stable'],
    ['stable', {}, 'r151056', 'r151056', 'stable'],
    ['lts', {}, 'r151054', 'r151054aa', 'lts'],
    ['Bloody', {}, 'bloody', 'bloody-20261105', 'bloody'],
    ['r151054', {}, 'r151054', 'r151054aa', 'r151054'],
    ['151054', { snapshot: 'r151054z' }, 'r151054', 'r151054z', 'r151054'],
    ['latest', { snapshot: 'R151054' }, 'r151054', 'r151054', 'r151054'],
    ['lts', { snapshot: 'r151054b' }, 'r151054', 'r151054b', 'lts'],
  ] as const)('%s %j is %s, %s', async (word, more, release, snapshot, folder) => {
    const image = await site.resolve(word, more);
    expect(image).toMatchObject({ release, version: snapshot, snapshot, variant: 'cloud' });
    const fileName = `omnios-${snapshot}.cloud.vmdk`;
    const url = `${media}${folder}/${fileName}`;
    expect(image.disk).toEqual([
      {
        url: new URL(url),
        fileName,
        layers: ['vmdk'],
        proofs: [{ kind: 'checksums', url: new URL(`${url}.sha256`), dialect: 'sums' }],
      },
    ]);
    expect(site.requests).toEqual([`GET ${media}${folder}/`]);
  });

  it.each([
    ['r151099', {}, 'release', ['stable', 'lts', 'bloody']],
    ['../evil', {}, 'release', ['stable', 'lts', 'bloody']],
    ['latest', { arch: 'arm64' }, 'arch', ['amd64']],
    ['latest', { variant: 'iso' }, 'variant', ['cloud']],
    ['lts', { snapshot: 'r151054c' }, 'snapshot', ['r151054aa', 'r151054z', 'r151054b']],
    ['latest', { snapshot: 'r151040' }, 'snapshot', []],
    ['latest', { snapshot: '../evil' }, 'snapshot', ['r151056', 'r151054']],
    ['latest', { parameters: { a: 'b' } }, 'parameter', []],
  ] as const)('%s %j: no such %s', async (word, more, field, known) => {
    await expect(site.resolve(word, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: [...known] },
    });
  });

  it.each([maintenancePage, files('bloody')])(
    'reports bad metadata for another page',
    async (page) => {
      const folder = `${media}bloody/`;
      await expect(site.resolve('bloody', {}, { [folder]: page })).rejects.toMatchObject({
        code: 'ERR_METADATA',
        message: naming(folder),
      });
    },
  );

  it('lists the newest of each channel', async () => {
    const listed = await listAll(omnios, await site.serve(documents));
    expect(listed.map(({ version, aliases }) => [version, aliases])).toEqual([
      ['r151056', ['latest', 'stable']],
      ['r151054aa', ['lts']],
      ['bloody-20261105', ['bloody']],
    ]);
  });
});
