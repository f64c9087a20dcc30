import { afterEach, describe, expect, it } from 'vitest';
import { type Arch, parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { centosStream } from '../../../vendors/centos-stream.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { type Pin, readPins, readSample, samples } from '../read-samples.ts';

const site = 'https://cloud.centos.org/centos/';

/** Captured lists, by their address. */
const captures: Record<string, string> = {
  '8-stream/x86_64': '8-stream_x86_64.2022-01',
  '9-stream/x86_64': '9-stream_x86_64.2026-07',
  '9-stream/aarch64': '9-stream_aarch64.2024-04',
  '10-stream/x86_64': '10-stream_x86_64.2024-11',
};

function readCapture(name: string): string {
  return readSample(`upstream/centos-stream/${name}.CHECKSUM`);
}

function serve(lists: Record<string, string>): Promise<Documents> {
  const documents = Object.entries(lists).map(([folder, text]) => [
    `${site}${folder}/images/CHECKSUM`,
    text,
  ]);
  return serveDocuments(['https://cloud.centos.org/'], Object.fromEntries(documents));
}

/** Stream, folder and build of a pin's address; pins of CentOS 7 and 8 belong to another vendor. */
function placeOf({
  url,
  fileName,
}: Pin): { stream: string; folder: string; build: string } | undefined {
  const [, folder, stream] = /\/centos\/((\d+)-stream\/\w+)\/images\//.exec(url.pathname) ?? [];
  const build = /-(\d{8}\.\d+)\./.exec(fileName)?.[1];
  if (folder === undefined || stream === undefined || build === undefined) return undefined;
  return { stream, folder, build };
}

describe.skipIf(samples === undefined)('centos-stream as captured', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it.each([
    ['8', 'amd64', '20210603.0', undefined],
    ['9', 'amd64', '20260714.1', '9-stream/x86_64'],
    ['9', 'arm64', '20240401.0', '9-stream/aarch64'],
    ['10', 'amd64', '20241118.0', '10-stream/x86_64'],
  ] as const)(
    '%s on %s is %s, the file that upstream names latest',
    async (release, arch, build, twin) => {
      documents = await serve(
        Object.fromEntries(
          Object.entries(captures).map(([folder, name]) => [folder, readCapture(name)]),
        ),
      );
      const image = await ask(centosStream, documents, release, arch);
      expect(image.snapshot).toBe(build);
      if (twin === undefined) return;
      const list = parseChecksums(readCapture(captures[twin] ?? ''));
      const { fileName = '', sizeBytes } = image.disk[0] ?? {};
      const latest = pickChecksum(list, fileName.replace(/\d{8}\.\d+/, 'latest'), twin);
      expect(pickChecksum(list, fileName, twin)).toEqual(latest);
      expect(sizeBytes).toBe(latest.sizeBytes);
    },
  );

  it('has UEFI builds of days whose plain build was removed', async () => {
    documents = await serve({ '9-stream/x86_64': readCapture('9-stream_x86_64.2026-07') });
    const request = { snapshot: '20260427.0' };
    await expect(ask(centosStream, documents, '9', 'amd64', request)).rejects.toMatchObject({
      details: { field: 'snapshot' },
    });
    const uefi = { ...request, variant: 'genericcloud-uefi' };
    const { disk } = await ask(centosStream, documents, '9', 'amd64', uefi);
    expect(disk[0]?.fileName).toBe('CentOS-Stream-GenericCloud-x86_64-9-20260427.0.x86_64.qcow2');
  });

  it('agrees with every pin that a captured list still has', async () => {
    let agreed = 0;
    for (const [folder, name] of Object.entries(captures)) {
      const text = readCapture(name);
      documents = await serve({ [folder]: text });
      for (const pin of readPins('centos-stream')) {
        const place = placeOf(pin);
        if (place?.folder !== folder || !text.includes(`(${pin.fileName})`)) continue;
        await expectPin(pin, place, text, documents);
        agreed += 1;
      }
      await documents.close();
    }
    expect(agreed).toBe(3);
  });

  it('finds every pinned build in lists made from the pins themselves', async () => {
    const lists: Record<string, string> = {};
    const pins = readPins('centos-stream').flatMap((pin) => {
      const place = placeOf(pin);
      return place === undefined ? [] : [{ pin, place }];
    });
    for (const { pin, place } of pins) {
      const line = `SHA256 (${pin.fileName}) = ${pin.digest.slice('sha256:'.length)}\n`;
      lists[place.folder] = (lists[place.folder] ?? '') + line;
    }
    documents = await serve(lists);
    for (const { pin, place } of pins) {
      await expectPin(pin, place, lists[place.folder] ?? '', documents);
    }
    expect(pins).toHaveLength(154);
  });
});

async function expectPin(
  pin: Pin,
  { stream, build }: { stream: string; build: string },
  list: string,
  documents: Documents,
): Promise<void> {
  const arch: Arch = pin.arch;
  const { disk } = await ask(centosStream, documents, stream, arch, { snapshot: build });
  expect(disk[0]?.url).toEqual(pin.url);
  const { digests } = pickChecksum(parseChecksums(list), disk[0]?.fileName ?? '', 'the list');
  expect(digests).toEqual([pin.digest]);
}
