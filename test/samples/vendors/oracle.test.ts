import { afterEach, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../src/kit.ts';
import { oracle } from '../../../vendors/oracle.ts';
import { indexOf, templates } from '../../vendors/documents/oracle.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { type Pin, readPins, samples } from '../read-samples.ts';

interface OraclePin extends Pin {
  major: string;
  snapshot: string;
}

function readOraclePins(): OraclePin[] {
  const pins = readPins('oracle').map((pin) => {
    const [, major = '', update, build] = /^OL(\d+)U(\d+)_\w+-.*-b(\d+)\./.exec(pin.fileName) ?? [];
    return { ...pin, major, snapshot: `${major}.${update}-b${build}` };
  });
  return pins.sort((left, right) => compareVersions(right.snapshot, left.snapshot));
}

/** No index was captured: one is made from the newest pin of each release and architecture. */
async function serve(pins: OraclePin[]): Promise<Documents> {
  const documents: Record<string, string> = {};
  for (const { major, arch, url, fileName, digest } of pins) {
    documents[url.href] = 'disk';
    const name = arch === 'amd64' ? `ol${major}` : `ol${major}_aarch64-cloud`;
    const folder = new URL('.', url).href.slice(templates.length, -1);
    documents[`${templates}${name}-template.json`] ??= indexOf(folder, fileName, digest.slice(7));
  }
  return serveDocuments(['https://yum.oracle.com/'], documents);
}

describe.skipIf(samples === undefined)('oracle as pinned', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it('finds every pinned build, and the digest of each that is listed', async () => {
    const pins = readOraclePins();
    documents = await serve(pins);
    let listed = 0;
    for (const { major, arch, snapshot, url, digest } of pins) {
      const { disk } = await ask(oracle, documents, major, arch, { snapshot });
      expect(disk[0]?.url).toEqual(url);
      const [proof] = disk[0]?.proofs ?? [];
      if (proof?.kind !== 'digest') continue;
      expect(proof.digest).toBe(digest);
      listed += 1;
    }
    expect([pins.length, listed]).toEqual([29, 6]);
  });
});
