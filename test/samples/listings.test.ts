import { describe, expect, test } from 'vitest';
import { parseListing } from '../../src/kit.ts';
import { readSample, samples } from './read-samples.ts';

const list = (path: string, base: string) =>
  parseListing(readSample(`upstream/${path}`), new URL(base));

describe.skipIf(samples === undefined)('captured directory indexes', () => {
  test("Debian's dailies", async () => {
    const entries = await list(
      'debian/trixie_daily_index.2026-07-17.html',
      'https://cdimage.debian.org/cdimage/cloud/trixie/daily/',
    );
    expect(entries.every((entry) => entry.isFolder)).toBe(true);
    expect(entries.at(0)?.name).toBe('20260319-2421');
    expect(entries.at(-1)?.name).toBe('latest');
    expect(entries.at(-2)).toEqual({
      name: '20260717-2542',
      isFolder: true,
      url: new URL('https://cdimage.debian.org/cdimage/cloud/trixie/daily/20260717-2542/'),
      modified: new Date('2026-07-17T08:42Z'),
    });
    const rows = readSample('upstream/debian/trixie_daily_index.2026-07-17.html').match(/\[DIR\]/g);
    expect(entries).toHaveLength((rows?.length ?? 0) + 1);
  });

  test("Debian's top folder under a page of prose", async () => {
    const entries = await list(
      'debian/images_cloud_index.2021-11.excerpt.html',
      'https://cloud.debian.org/images/cloud/',
    );
    expect(entries.map((entry) => entry.name)).toEqual([
      'OpenStack',
      'bullseye',
      'buster-backports',
      'buster',
      'sid',
      'stretch-backports',
      'stretch',
    ]);
  });

  test("Ubuntu's dailies under a page of prose", async () => {
    const entries = await list(
      'ubuntu/noble_index.2026-07.html',
      'https://cloud-images.ubuntu.com/noble/',
    );
    expect(entries.map((entry) => entry.name)).toContain('20260307');
    expect(entries.map((entry) => entry.name)).toContain('current');
    expect(entries.every((entry) => entry.isFolder && entry.modified !== undefined)).toBe(true);
  });

  test("Fedora's releases", async () => {
    const entries = await list(
      'fedora/pub_fedora_linux_releases_index.2019-09.excerpt.html',
      'https://dl.fedoraproject.org/pub/fedora/linux/releases/',
    );
    expect(entries).toHaveLength(26);
    expect(entries.at(-2)).toMatchObject({ name: '9', modified: new Date('2013-04-25T08:48Z') });
  });

  test("Alpine's branches", async () => {
    const entries = await list(
      'alpine/top_index.2025-09-20.excerpt.html',
      'https://dl-cdn.alpinelinux.org/alpine/',
    );
    expect(entries.map((entry) => entry.name)).toContain('v3.22');
    expect(entries.at(-2)).toMatchObject({ name: 'MIRRORS.txt', isFolder: false, sizeBytes: 3587 });
    const branch = await list(
      'alpine/dl-cdn_v3.14_main_index.2021-07-07.excerpt.html',
      'https://dl-cdn.alpinelinux.org/alpine/v3.14/main/',
    );
    expect(branch).toHaveLength(8);
  });
});
