import { describe, expect, it } from 'vitest';
import { type Arch, parseChecksums, pickChecksum, type Vendor } from '../../../src/kit.ts';
import { almalinux } from '../../../vendors/almalinux.ts';
import { almalinuxKitten } from '../../../vendors/almalinux-kitten.ts';
import { origins, site } from '../../vendors/documents/almalinux.ts';
import { ask, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { type Pin, readPins, readSample, samples } from '../read-samples.ts';

const captures: [string, string, Arch, string[], string][] = [
  ['10', 'aarch64', 'arm64', ['genericcloud', 'genericcloud-ext4'], '10.2-20260526.0'],
  ['10', 'x86_64', 'amd64', ['genericcloud', 'genericcloud-ext4'], '10.2-20260526.0'],
  ['9', 's390x', 's390x', ['genericcloud'], '9.8-20260526'],
  ['9', 'x86_64', 'amd64', ['genericcloud', 'genericcloud-ext4'], '9.8-20260526'],
];

function variantOf(fileName: string): string {
  const flavour = /GenericCloud-(ext4|UEFI)-/.exec(fileName)?.[1]?.toLowerCase();
  const variant = flavour === undefined ? 'genericcloud' : `genericcloud-${flavour}`;
  return fileName.includes('_v2.') ? `${variant}-v2` : variant;
}

/** Each folder's list is made from its pins: every former build, together. */
async function followPins(vendor: Vendor, pins: Pin[], snapshotOf: (name: string) => string) {
  for (const { url, fileName, arch, digest } of pins) {
    // Addresses that were also published over plain http are requested only over https.
    const address = new URL(url.href.replace(/^http:/, 'https:'));
    const beside = pins.filter(
      (pin) => new URL('.', pin.url).pathname === new URL('.', url).pathname,
    );
    const list = beside.map((pin) => `${pin.digest.replace('sha256:', '')}  ${pin.fileName}\n`);
    const sums = new URL('CHECKSUM', address).href;
    const documents = await serveDocuments(origins, { [sums]: list.join('') });
    const snapshot = snapshotOf(fileName);
    const variant = variantOf(fileName);
    const image = await ask(vendor, documents, 'latest', arch, { snapshot, variant });
    expect(image.disk[0]?.url.href).toBe(address.href);
    expect(image.disk[0]?.proofs).toMatchObject([{ kind: 'checksums', url: new URL(sums) }]);
    const picked = pickChecksum(parseChecksums(list.join('')), image.disk[0]?.fileName ?? '', sums);
    expect(picked.digests).toEqual([digest]);
    await documents.close();
  }
}

describe.skipIf(samples === undefined)('almalinux as captured', () => {
  it.each(captures)('reads the list of %s %s', async (major, word, arch, variants, build) => {
    const text = readSample(`upstream/almalinux/${major}_${word}.2026-06.CHECKSUM`);
    const documents = await serveDocuments(origins, {
      [`${site}${major}/cloud/${word}/images/CHECKSUM`]: text,
    });
    for (const variant of variants) {
      const image = await ask(almalinux, documents, major, arch, { variant });
      expect(image.snapshot).toBe(build);
      const [disk] = image.disk;
      const twin = disk?.fileName.replace(build, 'latest') ?? '';
      const list = parseChecksums(text);
      expect(pickChecksum(list, disk?.fileName ?? '', 'it')).toEqual(
        pickChecksum(list, twin, 'it'),
      );
    }
    const unknown = ask(almalinux, documents, major, arch, { variant: 'opennebula' });
    await expect(unknown).rejects.toMatchObject({ details: { field: 'variant', known: variants } });
    await documents.close();
  });

  it('leads to the path and digest of every pin', async () => {
    const pins = readPins('almalinux');
    await followPins(almalinux, pins, (name) => {
      return /-(\d+\.\d+-\d{8}(?:\.\d+)?)\.\w+\.qcow2$/.exec(name)?.[1] ?? '';
    });
    expect(pins).toHaveLength(48);
  });

  it('leads to the path and digest of every pin of Kitten', async () => {
    const pins = readPins('almalinux-kitten');
    await followPins(almalinuxKitten, pins, (name) => {
      return /-(\d{8}\.\d+)\.\w+\.qcow2$/.exec(name)?.[1] ?? '';
    });
    expect(pins).toHaveLength(10);
  });
});
