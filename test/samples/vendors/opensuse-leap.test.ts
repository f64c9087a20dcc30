import { afterEach, describe, expect, it } from 'vitest';
import type { Evidence, Resolution } from '../../../src/kit.ts';
import { opensuseLeap } from '../../../vendors/opensuse-leap.ts';
import { checksums } from '../../../verifiers/checksums.ts';
import { listMirrored } from '../../vendors/documents/opensuse.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

const site = 'https://download.opensuse.org/distribution/leap/';
const read = (name: string): string => readSample(`upstream/opensuse/${name}`);

/** The folder of a release with one image, because listings were not captured, and the captured files beside it. */
function serve(release: string, fileName: string, sums: string, asc?: string): Promise<Documents> {
  const folder = `${site}${release}/appliances/`;
  return serveDocuments(['https://download.opensuse.org/'], {
    [`${folder}?json`]: listMirrored([[fileName, 318_963_712]]),
    [`${folder}${fileName}.sha256`]: read(sums),
    ...(asc !== undefined && { [`${folder}${fileName}.sha256.asc`]: read(asc) }),
  });
}

function prove(
  { disk }: Resolution,
  { context }: Documents,
  wanted: 'signed' | 'checksum',
): Promise<Evidence> {
  const [artifact] = disk;
  const [proof] = artifact?.proofs ?? [];
  if (artifact === undefined || proof?.kind !== 'checksums') throw new Error('no list');
  const { fileName, url } = artifact;
  const given = { keys: [], replace: false };
  const never = (): never => {
    throw new Error('no other document is needed');
  };
  return checksums.prove(proof, { ...context, given, wanted, fileName, url, prove: never });
}

describe.skipIf(samples === undefined)('opensuse-leap as captured', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it('accepts the signed sidecar of 19 June 2026', async () => {
    const fileName = 'Leap-16.0-Minimal-VM.aarch64-Cloud-Build18.7.qcow2';
    documents = await serve('16.0', fileName, `${fileName}.sha256`, `${fileName}.sha256.asc`);
    const image = await ask(opensuseLeap, documents, '16.0', 'arm64', {
      snapshot: '16.0-build18.7',
    });
    expect(await prove(image, documents, 'signed')).toMatchObject({
      level: 'signed',
      digests: ['sha256:2e9eeb56e7523775f1f01261f4900f289e20c38910226b0c1e5aa7228a84194a'],
      signer: { fingerprint: 'AD485664E901B867051AB15F35A2F86E29B700A4' },
    });
  });

  it.each([
    [
      '15.5',
      'amd64',
      'openSUSE-Leap-15.5-Minimal-VM.x86_64',
      '-15.5.0-Cloud-Build13.4',
      '46e63b73',
    ],
    [
      '15.6',
      'amd64',
      'openSUSE-Leap-15.6-Minimal-VM.x86_64',
      '-15.6.0-Cloud-Build19.143',
      '0f7f09a9',
    ],
    [
      '15.6',
      'arm64',
      'openSUSE-Leap-15.6-Minimal-VM.aarch64',
      '-15.6.0-Cloud-Build19.143',
      'd2ff4017',
    ],
    ['16.0', 'amd64', 'Leap-16.0-Minimal-VM.x86_64', '-Cloud-Build18.7', '6c3b6b2d'],
  ] as const)(
    '%s on %s: reads a sidecar that carries the alias',
    async (release, arch, stem, end, start) => {
      documents = await serve(release, `${stem}${end}.qcow2`, `${stem}-Cloud.qcow2.sha256`);
      const image = await ask(opensuseLeap, documents, release, arch);
      const { level, digests } = await prove(image, documents, 'checksum');
      expect(level).toBe('checksum');
      expect(digests).toEqual([expect.stringMatching(`^sha256:${start}`)]);
    },
  );
});
