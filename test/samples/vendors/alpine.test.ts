import { describe, expect, it } from 'vitest';
import { parseChecksums, parseListing, pickChecksum } from '../../../src/kit.ts';
import { parseReleaseEntries } from '../../../vendors/alpine/releases-yaml.ts';
import { alpine } from '../../../vendors/alpine.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { listFiles, readPins, readSample, samples } from '../read-samples.ts';

const cdn = 'https://dl-cdn.alpinelinux.org/alpine/';
const index = 'https://alpinelinux.org/releases.json';
const pins = readPins('alpine');

/** Every pinned file in its folder, and an index of all branches that the host had in September 2025. */
async function serve(): Promise<Documents> {
  const top = await parseListing(
    readSample('upstream/alpine/top_index.2025-09-20.excerpt.html'),
    new URL(cdn),
  );
  const branches = top
    .map(({ name }) => name)
    .filter((name) => name.startsWith('v') || name === 'edge');
  const documents = await serveDocuments(
    ['https://alpinelinux.org/', 'https://dl-cdn.alpinelinux.org/'],
    {
      [index]: JSON.stringify({
        latest_stable: 'v3.22',
        release_branches: branches.map((rel_branch) => ({ rel_branch, eol_date: null })),
      }),
    },
  );
  for (const { url } of pins) {
    const folder = new URL('.', url).href;
    const inFolder = pins.filter((pin) => pin.url.href.startsWith(folder));
    documents.put(folder, listFiles(inFolder.map(({ fileName }) => fileName)));
  }
  return documents;
}

describe.skipIf(samples === undefined)('alpine as captured', () => {
  it('has pins to compare with', () => {
    expect(pins.length).toBeGreaterThanOrEqual(19);
  });

  it.each(pins)('finds $fileName by its version', async ({ url, fileName, arch }) => {
    const documents = await serve();
    const match = /alpine-((\d+\.\d+)\.\d+)-.*-(r\d+)\.qcow2$/.exec(fileName);
    const [, version = '', branch, build] = match ?? [];
    const variant = fileName.includes('-bios-') ? 'cloudinit-bios' : 'cloudinit';
    const resolution = await ask(alpine, documents, version, arch, { variant });
    expect(resolution.disk.map((disk) => disk.url.href)).toEqual([url.href]);
    expect(resolution.snapshot).toBe(`${version}-${build}`);
    expect([resolution.release, resolution.version]).toEqual([branch, version]);
    await documents.close();
  });

  it.each([
    ['latest', 'amd64', '3.22.4'],
    ['3.21', 'amd64', '3.21.7'],
    ['3.21', 'arm64', '3.21.2'],
    ['3.23', 'arm64', '3.23.4'],
  ] as const)('finds the newest pinned version by %s %s', async (release, arch, version) => {
    const documents = await serve();
    expect((await ask(alpine, documents, release, arch)).version).toBe(version);
    await documents.close();
  });

  it.each([
    ['x86', ['alpine-minirootfs', 'alpine-virt'], 'alpine-virt-3.13.5-x86.iso', 'cf7ca3ae1459a2b8'],
    [
      'aarch64',
      ['alpine-minirootfs'],
      'alpine-minirootfs-3.13.4-aarch64.tar.gz',
      '5b359d72aa693d38',
    ],
  ])('reads the list of releases of %s', (word, flavours, file, begin) => {
    const name = `v3.13_${word}_latest-releases.2021-04-14.excerpt.yaml`;
    const entries = parseReleaseEntries(readSample(`upstream/alpine/${name}`), new URL(cdn));
    expect(entries.map((entry) => entry.get('flavor'))).toEqual(flavours);
    expect(entries.at(-1)?.get('file')).toBe(file);
    expect(entries.at(-1)?.get('sha256')).toMatch(new RegExp(`^${begin}[0-9a-f]{48}$`));
  });

  it('finds the digest in the sidecar', () => {
    const name = 'alpine-3.24.2-x86_64-cloudinit-r0.qcow2';
    const text = readSample(`upstream/alpine/${name}.assembled.excerpt.sha512`);
    const { digests } = pickChecksum(parseChecksums(text), name, 'the sidecar');
    expect(digests).toEqual([expect.stringMatching(/^sha512:c9504d23613f304e/)]);
  });
});
