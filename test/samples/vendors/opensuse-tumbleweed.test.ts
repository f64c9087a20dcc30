import { afterEach, describe, expect, it } from 'vitest';
import { parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { opensuseTumbleweed } from '../../../vendors/opensuse-tumbleweed.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

const site = 'https://download.opensuse.org/';
const read = (name: string): string =>
  readSample(`upstream/_further/opensuse-tumbleweed/${name}.SHA256SUM`);

describe.skipIf(samples === undefined)('opensuse-tumbleweed as captured', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it.each([
    ['tumbleweed.2024-07', 'amd64', 'cloud', '20240629', 'e8150b4a7ce5'],
    ['tumbleweed.2024-07', 'amd64', 'microos', '20240629', 'ae5e9399dc18'],
    ['tumbleweed.2024-07', 'amd64', 'microos-container-host', '20240629', 'aaba1357c997'],
    ['tumbleweed-s390x.2025-11', 's390x', 'cloud', '20251110', 'f7a1caf66fbc'],
    ['tumbleweed-s390x.2025-11', 's390x', 'microos', '20251110', '0a09cf90237d'],
  ] as const)('%s: %s %s is %s', async (capture, arch, variant, snapshot, start) => {
    const text = read(capture);
    const port = arch === 's390x' ? 'ports/zsystems/' : '';
    documents = await serveDocuments([site], {
      [`${site}${port}tumbleweed/appliances/SHA256SUMS`]: text,
    });
    const image = await ask(opensuseTumbleweed, documents, 'latest', arch, { variant });
    expect(image.snapshot).toBe(snapshot);
    const { fileName = '' } = image.disk[0] ?? {};
    const { digests } = pickChecksum(parseChecksums(text), fileName, capture);
    expect(digests).toEqual([expect.stringMatching(`^sha256:${start}`)]);
  });
});
