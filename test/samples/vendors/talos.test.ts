import { describe, expect, it } from 'vitest';
import { talos } from '../../../vendors/talos.ts';
import {
  ask,
  type Documents,
  listAll,
  serveDocuments,
} from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

/**
 * Tags of the source repository in August 2026, in the form of the factory's list: pre-releases only of the newest
 * minor.
 */
function serve(): Promise<Documents> {
  const tags = readSample('upstream/talos/git-tags.2026-08.derived.txt')
    .split('\n')
    .filter(Boolean);
  const versions = tags.filter((tag) => !tag.includes('-') || tag.startsWith('v1.14.'));
  return serveDocuments(['https://factory.talos.dev/'], {
    'https://factory.talos.dev/versions': JSON.stringify(versions),
  });
}

describe.skipIf(samples === undefined)('talos as captured', () => {
  it.each([
    ['latest', 'v1.13.9'],
    ['1.13', 'v1.13.9'],
    ['1.12', 'v1.12.11'],
    ['v1.14.0-rc.1', 'v1.14.0-rc.1'],
    ['1.0', 'v1.0.6'],
  ])('%s is %s', async (release, version) => {
    const documents = await serve();
    const { disk } = await ask(talos, documents, release, 'amd64');
    expect(disk[0]?.url.pathname.split('/').slice(-2)).toEqual([version, 'nocloud-amd64.raw.xz']);
    await documents.close();
  });

  it('lists every minor once, newest first', async () => {
    const documents = await serve();
    const minors = (await listAll(talos, documents)).map(({ release }) => release);
    expect(minors.slice(0, 5)).toEqual(['1.13', '1.12', '1.11', '1.10', '1.9']);
    expect(new Set(minors).size).toBe(minors.length);
    await documents.close();
  });
});
