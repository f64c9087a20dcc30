import { afterEach, describe, expect, it } from 'vitest';
import { parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { centos7 } from '../../../vendors/centos-7.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { readPins, readSample, samples } from '../read-samples.ts';

const sums = 'https://cloud.centos.org/centos/7/images/sha256sum.txt';

describe.skipIf(samples === undefined)('centos-7 as captured', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it.each([
    ['amd64', '2211'],
    ['arm64', '2009'],
    ['ppc64le', '2009'],
  ] as const)('on %s ends with %s', async (arch, build) => {
    documents = await serveDocuments(['https://cloud.centos.org/'], {
      [sums]: readSample('upstream/centos-stream/centos-7.sha256sum.txt'),
    });
    expect(await ask(centos7, documents, '7', arch)).toMatchObject({ snapshot: build });
  });

  it('agrees with the pin, which has the file in another folder of the host', async () => {
    const text = readSample('upstream/centos-stream/centos-7.sha256sum.txt');
    documents = await serveDocuments(['https://cloud.centos.org/'], { [sums]: text });
    const pins = readPins('centos-stream').filter(({ fileName }) => /^CentOS-7-/.test(fileName));
    for (const { arch, fileName, digest } of pins) {
      const { disk } = await ask(centos7, documents, '7', arch, { snapshot: '2009' });
      expect(disk.map((file) => file.fileName)).toContain(fileName);
      expect(pickChecksum(parseChecksums(text), fileName, sums).digests).toEqual([digest]);
    }
    expect(pins).toHaveLength(1);
  });
});
