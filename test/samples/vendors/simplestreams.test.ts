import { afterEach, describe, expect, it } from 'vitest';
import type { Arch } from '../../../src/kit.ts';
import { simplestreams } from '../../../vendors/simplestreams.ts';
import {
  ask,
  type Documents,
  readFixture,
  serveDocuments,
} from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

const cirrosSite = 'https://download.cirros-cloud.net/';
const cirrosId = 'net.cirros-cloud:released:download';
const ubuntuSite = 'https://cloud-images.ubuntu.com/';
const ubuntuId = 'com.ubuntu.cloud:released:download';

describe.skipIf(samples === undefined)('simplestreams as captured', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  it("reads every disk in CirrOS' stream of 2013", async () => {
    const text = readSample('upstream/_further/cirros/net.cirros-cloud_released_download.json');
    documents = await serveDocuments([cirrosSite], {
      [`${cirrosSite}streams/v1/index.json`]: readSample('upstream/_further/cirros/index.json'),
      [`${cirrosSite}streams/v1/${cirrosId}.json`]: text,
    });
    const parameters = { server: cirrosSite, content: cirrosId };
    let read = 0;
    for (const [arch, word] of [
      ['386', 'i386'],
      ['amd64', 'x86_64'],
      ['arm', 'arm'],
    ] as [Arch, string][]) {
      const { versions } = JSON.parse(text).products[`net.cirros-cloud:standard:0.3:${word}`];
      for (const [snapshot, build] of Object.entries<{ items: Record<string, unknown> }>(
        versions,
      )) {
        const item = build.items['disk.img'];
        if (item === undefined) continue;
        const { path, sha256 } = Object(item);
        const image = await ask(simplestreams, documents, '0.3', arch, { parameters, snapshot });
        expect(image.disk[0]?.url.href).toBe(`${cirrosSite}${path}`);
        expect(image.disk[0]?.proofs).toMatchObject([{ digest: `sha256:${sha256}` }]);
        read += 1;
      }
    }
    expect(read).toBeGreaterThan(3);
    const newest = await ask(simplestreams, documents, 'latest', 'amd64', { parameters });
    expect(newest).toMatchObject({ release: '0.3', snapshot: '20130207' });
    await expect(
      ask(simplestreams, documents, '0.3', 'amd64', { parameters: { server: cirrosSite } }),
    ).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', details: { field: 'content' } });
  });

  it("reads Ubuntu's stream of August 2024", async () => {
    documents = await serveDocuments([ubuntuSite], {
      [`${ubuntuSite}releases/streams/v1/index.json`]: await readFixture('ubuntu/index.json'),
      [`${ubuntuSite}releases/streams/v1/${ubuntuId}.json`]: readSample(
        'upstream/ubuntu/com.ubuntu.cloud_released_download.2024-08-22.excerpt.json',
      ),
    });
    const parameters = { server: `${ubuntuSite}releases/` };
    for (const word of ['24.04', 'noble', 'n', 'ubuntu-noble', 'lts']) {
      expect(await ask(simplestreams, documents, word, 'amd64', { parameters })).toMatchObject({
        release: '24.04',
        codename: 'noble',
        snapshot: '20240821',
      });
    }
  });
});
