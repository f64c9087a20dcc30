import { afterEach, describe, expect, it } from 'vitest';
import { parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { arch } from '../../../vendors/arch.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { listFiles, type Pin, readPins, readSample, samples } from '../read-samples.ts';

const images = 'https://geo.mirror.pkgbuild.com/images/';

interface ArchPin extends Pin {
  build: string;
}
function readArchPins(): ArchPin[] {
  return readPins('arch').map((pin) => ({
    ...pin,
    build: /\/v(\d{8}\.\d+)\//.exec(pin.url.pathname)?.[1] ?? '',
  }));
}

/** No listing was captured: these are made from the pins. */
async function serve(pins: ArchPin[]): Promise<Documents> {
  const documents: Record<string, string> = {
    [images]: listFiles(['latest/', ...pins.map(({ build }) => `v${build}/`)]),
  };
  for (const { build, fileName } of pins) {
    const endings = ['', '.sig', '.SHA256', '.SHA256.sig'];
    documents[`${images}v${build}/`] = listFiles(endings.map((ending) => fileName + ending));
  }
  return serveDocuments(['https://geo.mirror.pkgbuild.com/'], documents);
}

describe.skipIf(samples === undefined)('arch as pinned', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it('finds every pinned build in listings made from the pins themselves', async () => {
    const pins = readArchPins();
    documents = await serve(pins);
    for (const { build, url } of pins) {
      const { disk } = await ask(arch, documents, 'latest', 'amd64', { snapshot: build });
      expect(disk[0]?.url).toEqual(url);
    }
    expect(pins).toHaveLength(32);
    // By date, then by the number of the job.
    const newest = pins
      .map(({ build }) => build)
      .sort()
      .at(-1);
    expect(await ask(arch, documents, 'latest', 'amd64')).toMatchObject({ snapshot: newest });
  });

  it('reads the digest of a build out of its sidecar', () => {
    const name = 'Arch-Linux-x86_64-cloudimg-20260901.583572.qcow2';
    const list = parseChecksums(readSample(`upstream/arch/${name}.assembled.excerpt.SHA256`));
    const { digests } = pickChecksum(list, name, 'the sidecar');
    expect(digests).toEqual([
      'sha256:e3e688f97a71b265ce202905a504253f60f3680cf57d011a45411c43bedfa930',
    ]);
  });
});
