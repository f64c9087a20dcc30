import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Arch } from '../../../src/kit.ts';
import { ubuntu } from '../../../vendors/ubuntu.ts';
import {
  ask,
  type Documents,
  listAll,
  readFixture,
  serveDocuments,
} from '../../vendors/every/serve-documents.ts';

const samples = process.env['ROOTDISK_SAMPLES'];
const base = 'https://cloud-images.ubuntu.com/';
const stream = `${base}releases/streams/v1/`;

function read(name: string): string {
  return readFileSync(join(samples ?? '', 'upstream', name), 'utf8');
}

/** The captured products file of 22 August 2024, behind an index. */
async function serve(more: Record<string, string> = {}): Promise<Documents> {
  return serveDocuments([base], {
    [`${stream}index.json`]: await readFixture('ubuntu/index.json'),
    [`${stream}com.ubuntu.cloud:released:download.json`]: read(
      'ubuntu/com.ubuntu.cloud_released_download.2024-08-22.excerpt.json',
    ),
    ...more,
  });
}

const archWords: Record<string, Arch> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' };

describe.skipIf(samples === undefined)('ubuntu as captured', () => {
  let site: Documents | undefined;
  afterEach(() => site?.close());

  it('reads the index of 2016, whose image stream is between those of clouds', async () => {
    const signed = read('ubuntu/releases_streams_v1_index.2016-11-04.sjson');
    site = await serve({ [`${stream}index.sjson`]: signed });
    expect((await ask(ubuntu, site, '24.04', 'amd64')).snapshot).toBe('20240821');
    const path = `${stream}com.ubuntu.cloud:released:download`;
    expect(site.requests).toEqual(
      [`${stream}index.sjson`, `${path}.sjson`, `${path}.json`].map((address) => `GET ${address}`),
    );
  });

  it.each([
    ['latest', '24.04', '20240821'],
    ['lts', '24.04', '20240821'],
    ['n', '24.04', '20240821'],
    ['mantic', '23.10', '20240710'],
    ['13.04', '13.04', '20140111'],
  ])('resolves %s to %s, build %s', async (word, release, serial) => {
    site = await serve();
    const image = await ask(ubuntu, site, word, 'amd64');
    expect([image.release, image.snapshot]).toEqual([release, serial]);
  });

  it('reports that 10.10 has no disk image', async () => {
    site = await serve();
    await expect(ask(ubuntu, site, '10.10', 'amd64')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'variant' },
    });
    const releases = await listAll(ubuntu, site);
    expect(releases.map(({ release }) => release)).not.toContain('10.10');
    expect(releases.length).toBeGreaterThan(8);
  });

  it('agrees with every pin that the stream lists', async () => {
    site = await serve();
    const products = read('ubuntu/com.ubuntu.cloud_released_download.2024-08-22.excerpt.json');
    const pins = read('pins.lima.tsv')
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([, machine = '', address = '', digest]) => {
        const [path, serial = '', version = ''] =
          /\/release-([\d.]+)\/ubuntu-([\d.]+)-server-cloudimg-\w+\.img$/.exec(address) ?? [];
        const arch = archWords[machine];
        if (path === undefined || arch === undefined || !products.includes(`${path}"`)) return [];
        return [{ arch, serial, version, path, digest }];
      });
    for (const { arch, serial, version, path, digest } of pins) {
      const image = await ask(ubuntu, site, version, arch, { snapshot: serial });
      expect(image.disk[0]?.url.pathname.endsWith(path)).toBe(true);
      expect(image.disk[0]?.proofs).toContainEqual(
        expect.objectContaining({ kind: 'digest', digest }),
      );
    }
    expect(pins).toHaveLength(3);
  });

  it('finds the build of 25 July 2026 in its folder', async () => {
    const folder = `${base}releases/noble/release-20260725/`;
    const sums = read('ubuntu/releases_noble_release-20260725.SHA256SUMS');
    site = await serve({ [`${folder}SHA256SUMS`]: sums });
    const image = await ask(ubuntu, site, 'noble', 'amd64', { snapshot: '20260725' });
    const [disk] = image.disk;
    expect(disk?.url.href).toBe(`${folder}ubuntu-24.04-server-cloudimg-amd64.img`);
    expect(sums).toContain(
      `d1940f7d69d343355e183dff1e08a59852d32e7309baa7a4bad8365b11b005ac *${disk?.fileName}\n`,
    );
  });
});
