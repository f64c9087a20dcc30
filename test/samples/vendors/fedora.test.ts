import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { createRootdisk } from '../../../src/create-rootdisk.ts';
import { parseChecksums, peekSignedText, pickChecksum } from '../../../src/kit.ts';
import { mirrorsFor, startUpstream } from '../../../src/testing/upstream.ts';
import { fedora } from '../../../vendors/fedora.ts';
import { checksums } from '../../../verifiers/checksums.ts';
import { digest } from '../../../verifiers/digest.ts';
import { archive, index, listing, origins, ownTree } from '../../vendors/documents/fedora.ts';
import {
  ask,
  type Documents,
  listAll,
  serveDocuments,
} from '../../vendors/every/serve-documents.ts';
import { listFiles, readPins, readSample, samples } from '../read-samples.ts';

const captures = {
  '2022': 'upstream/fedora/releases.2022-05.json',
  '2024': 'upstream/fedora/releases.2024-04.with-beta.json',
};
const pins = readPins('fedora');

function serve(name: string, more: Record<string, string> = {}): Promise<Documents> {
  return serveDocuments(origins, { [index]: readSample(name), ...more });
}

/** The folder in which the file of a pin was published: that of its release, or the archive's after its end of life. */
function folderOf(url: URL): { own: string; archived: string } {
  const path = url.pathname.replace(/[^/]+$/, '').replace(/^\/pub\//, '');
  return { own: ownTree + path, archived: archive + path };
}

describe.skipIf(samples === undefined)('fedora as captured', () => {
  it.each([
    ['2022', '36', '36-1.5', ['36', '35', '34', '33']],
    ['2024', '39', '39-1.5', ['40-beta', '39', '38']],
  ] as const)('reads the index of %s', async (year, latest, build, releases) => {
    const documents = await serve(captures[year]);
    const image = await ask(fedora, documents, 'latest', 'amd64');
    expect([image.release, image.snapshot]).toEqual([latest, build]);
    const listed = await listAll(fedora, documents);
    expect(listed.map(({ release }) => release)).toEqual(releases);
    expect(listed.every(({ arches }) => arches.join() === 'amd64,arm64')).toBe(true);
    await documents.close();
  });

  it('reads the beta of 2024, both variants, and ignores the others', async () => {
    const documents = await serve(captures['2024']);
    const generic = await ask(fedora, documents, '40-beta', 'amd64');
    expect(generic.disk[0]?.proofs).toMatchObject([
      { kind: 'checksums' },
      {
        kind: 'digest',
        digest: 'sha256:8c2d3f4d2379d45f4da99d33e0ded893f136baeb21647f1d50a99ba03acbc1f1',
      },
    ]);
    expect(generic.disk[0]?.sizeBytes).toBe(399_507_456);
    const uki = await ask(fedora, documents, 'beta', 'amd64', { variant: 'uki' });
    expect(uki.disk[0]?.fileName).toBe('Fedora-Cloud-Base-UEFI-UKI.x86_64-40-1.10.qcow2');
    await documents.close();
  });

  it('finds the list of 44 by its address, and its image by its name', async () => {
    const name = 'Fedora-Cloud-44-1.7-aarch64-CHECKSUM';
    const text = readSample(`upstream/fedora/${name}`);
    const names = [...text.matchAll(/^SHA256 \(([^)]+)\)/gm)].map(([, file = '']) => file);
    const folder = `${ownTree}fedora/linux/releases/44/Cloud/aarch64/images/`;
    const documents = await serve(captures['2024'], { [folder]: listFiles([...names, name]) });
    for (const [variant, digest] of [
      ['generic', '55c60a3b80d3616a08705afd0459e75fe9f03c54aba7a46e4002a41a72fa0d5b'],
      ['uki', '809a34279fdce4ecbdfa9e7bebd27ee3d255cb90d6ad83e7fb15211634cf95f9'],
    ] as const) {
      const [disk] = (await ask(fedora, documents, '44', 'arm64', { variant })).disk;
      expect(disk?.proofs).toMatchObject([{ url: new URL(folder + name) }]);
      const list = parseChecksums(peekSignedText(text));
      expect(pickChecksum(list, disk?.fileName ?? '', name).digests).toEqual([`sha256:${digest}`]);
    }
    await documents.close();
  });

  it('proves 44 by the captured list and the pinned key', async () => {
    const name = 'Fedora-Cloud-44-1.7-aarch64-CHECKSUM';
    const folder = `${ownTree}fedora/linux/releases/44/Cloud/aarch64/images/`;
    const upstream = await startUpstream();
    const put = (address: string, text: string): void =>
      upstream.route(address.replace(/^https:\//, ''), text);
    put(index, readSample(captures['2024']));
    put(folder, listing('/44', [name, 'Fedora-Cloud-Base-Generic-44-1.7.aarch64.qcow2']));
    put(folder + name, readSample(`upstream/fedora/${name}`));
    const cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-fedora-'));
    const resolveImage = createRootdisk({
      vendors: [fedora],
      verifiers: [checksums, digest],
      formats: [qcow2],
    }).resolveImage;
    const image = await resolveImage('fedora:44', {
      arch: 'arm64',
      cacheDir,
      mirrors: mirrorsFor(upstream, origins),
      now: new Date('2026-11-20T12:00:00Z'),
    });
    expect(image.trust).toMatchObject({
      level: 'signed',
      signer: { fingerprint: '36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6' },
    });
    expect(image.sizeBytes).toBe(528_154_624);
    expect(image.digests).toEqual([
      'sha256:55c60a3b80d3616a08705afd0459e75fe9f03c54aba7a46e4002a41a72fa0d5b',
    ]);
    await upstream.close();
    await rm(cacheDir, { recursive: true });
  });

  // Two of the captures list their pins; the folders of the others are made from the pins.
  it('leads to the path of every pin, and to the digest of those that a capture lists', async () => {
    let digests = 0;
    for (const { url, fileName, arch, digest } of pins) {
      const [, build = ''] = /-(\d+[-.]\d[\w.-]*?)\.\w+\.qcow2$/.exec(fileName) ?? [];
      const { own, archived } = folderOf(url);
      const year = Number(build.slice(0, 2)) <= 36 ? '2022' : '2024';
      const [release = ''] = build.split(/[-.]/);
      const isListed = readSample(captures[year]).includes(`${fileName}"`);
      const folder = url.pathname.includes('risc-v') || Number(release) > 42 ? own : archived;
      const sums = `Fedora-Cloud-${build}-${url.pathname.split('/').at(-3)}-CHECKSUM`;
      const documents = await serve(captures[year], {
        [folder]: listing(new URL(folder).pathname, [sums, fileName]),
        [folder + sums]: `SHA256 (${fileName}) = ${digest.replace('sha256:', '')}\n`,
      });
      const image = await ask(fedora, documents, 'latest', arch, { snapshot: build });
      const path = isListed ? url.pathname : new URL(folder + fileName).pathname;
      expect(image.disk[0]?.url.pathname).toBe(path);
      expect(image.snapshot).toBe(build);
      if (isListed) {
        expect(image.disk[0]?.proofs).toContainEqual({ kind: 'digest', digest, from: index });
        digests += 1;
      }
      await documents.close();
    }
    expect([pins.length, digests]).toEqual([15, 7]);
  });
});
