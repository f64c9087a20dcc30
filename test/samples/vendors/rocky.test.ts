import { describe, expect, it } from 'vitest';
import { type Arch, parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { rocky } from '../../../vendors/rocky.ts';
import { listing, origins, site } from '../../vendors/documents/rocky.ts';
import { ask, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { readPins, readSample, samples } from '../read-samples.ts';

const pins = readPins('rocky');
/** Captured sidecars of moving names, and the dated file with the same digest in a pin. */
const captures: [string, string, Arch, string, number, string | undefined][] = [
  [
    '9',
    'Rocky-9-GenericCloud.latest.x86_64.qcow2.CHECKSUM',
    'amd64',
    '9.8-20260525.0',
    645988352,
    undefined,
  ],
  [
    '10',
    'Rocky-10-GenericCloud-Base.latest.aarch64.qcow2.excerpt.CHECKSUM',
    'arm64',
    '10.1-20251116.0',
    507248640,
    'sha256:abc0023cf8fb415532138fa735a79bc254ba0d13f4d79b032a09431d438ee36d',
  ],
];

describe.skipIf(samples === undefined)('rocky as captured', () => {
  // No listing was captured: each folder is made from its pins.
  it('leads to the path of every pin, through a folder of all pins in it', async () => {
    for (const { url, fileName, arch } of pins) {
      const address = new URL(url.href.replace(/^http:/, 'https:'));
      const folder = new URL('.', address);
      const beside = pins
        .filter((pin) => new URL('.', pin.url).pathname === folder.pathname)
        .flatMap((pin) => [pin.fileName, `${pin.fileName}.CHECKSUM`]);
      const documents = await serveDocuments(origins, {
        [folder.href]: listing(folder.pathname, beside),
      });
      const snapshot =
        /-(\d+\.\d+[-.]\d{8}\.\d+)\.\w+\.qcow2$/
          .exec(fileName)?.[1]
          ?.replace(/^(\d+\.\d+)\./, '$1-') ?? '';
      const image = await ask(rocky, documents, 'latest', arch, { snapshot });
      expect(image.disk[0]?.url.href).toBe(address.href);
      expect(image.disk[0]?.proofs).toMatchObject([{ url: new URL(`${address}.CHECKSUM`) }]);
      expect(image.snapshot).toBe(snapshot);
      await documents.close();
    }
    expect(pins).toHaveLength(39);
  });

  it.each(captures)('%s: %s has the digest of its dated file', async (...row) => {
    const [major, name, arch, build, sizeBytes, pinned] = row;
    const text = readSample(`upstream/rocky/${name}`);
    const alias = name.replace(/(\.excerpt)?\.CHECKSUM$/, '');
    const picked = pickChecksum(parseChecksums(text), alias, name);
    expect(picked.sizeBytes).toBe(sizeBytes);
    const word = alias.split('.').at(-2);
    const [minor = ''] = build.split('-');
    const dated = `Rocky-${major}-GenericCloud-Base-${build}.${word}.qcow2`;
    const documents = await serveDocuments(origins, {
      [site]: listing('/', [`${major}/`, `${minor}/`]),
      [`${site}${minor}/images/${word}/`]: listing('/', [alias, dated, `${dated}.CHECKSUM`]),
    });
    // A request is never answered with the moving name.
    const image = await ask(rocky, documents, major, arch);
    expect(image.disk[0]?.fileName).toBe(dated);
    expect(pins.find((pin) => pin.fileName === dated)?.digest).toBe(pinned);
    if (pinned !== undefined) expect(picked.digests).toEqual([pinned]);
    await documents.close();
  });
});
