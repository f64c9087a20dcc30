import { createHash, hash } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import type { Cache } from '../../../src/cache/cache-folder.ts';
import { publishEntry } from '../../../src/cache/entries/publish.ts';
import type { Entry } from '../../../src/cache/entries/read.ts';
import { lockName } from '../../../src/cache/locks/name-lock.ts';
import type { RecordDraft } from '../../../src/cache/records/image-record.ts';
import { openStaging } from '../../../src/cache/staging.ts';

export const diskBytes: number = 3 * 1024 * 1024 + 512;
export const nameOf = (snapshot: string, format = 'raw'): string =>
  `ubuntu_24.04_server_amd64_${snapshot}.${format}`;

/** The content of a source, chosen by a text. */
export function sourceBytes(text: string): Buffer {
  return Buffer.from(text.repeat(2000));
}

/** A draft like that of the line: the disk is the source, 1 MiB + 4096 into a sparse file. */
export function makeDraft(text: string, change: Partial<RecordDraft> = {}): RecordDraft {
  const bytes = sourceBytes(text);
  const sha256 = hash('sha256', bytes);
  return {
    identity: {
      vendor: 'ubuntu',
      release: '24.04',
      codename: 'noble',
      version: '24.04.3',
      variant: 'server',
      arch: 'amd64',
      snapshot: '20260725',
    },
    parameters: {},
    format: 'raw',
    requests: ['["ubuntu","24.04"]'],
    aliases: [],
    source: {
      url: 'https://cloud-images.example/ubuntu.img',
      fileName: 'ubuntu.img',
      sha256,
      sha512: createHash('sha512').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
    },
    disk: { virtualSize: diskBytes },
    extents: [[dataOffset, bytes.length]],
    decoder: '1',
    layers: ['qcow2'],
    trust: { level: 'checksum', offered: 'checksum', pinned: false, warnings: [] },
    evidence: { digests: [`sha256:${sha256}`], documents: [] },
    facts: {},
    ...change,
  };
}

const dataOffset = 1024 * 1024 + 4096;

/** The whole line in small: lock, stage, write, publish. */
export async function makeEntry(
  cache: Cache,
  name: string,
  text: string = name,
  options: { keepSource?: boolean; sizeBytes?: number; change?: Partial<RecordDraft> } = {},
): Promise<Entry> {
  const lock = await lockName(cache, name);
  try {
    const staging = await openStaging(cache, name);
    await staging.clear();
    const bytes = sourceBytes(text);
    const download = await staging.create(staging.download);
    await download.writeFile(bytes);
    await download.close();
    const disk = await staging.create(staging.disk);
    await disk.write(bytes, 0, bytes.length, dataOffset);
    await disk.close();
    await truncate(staging.disk, options.sizeBytes ?? diskBytes);
    const record = makeDraft(text, options.change);
    return await publishEntry(cache, staging, { name, record, keepSource: options.keepSource });
  } finally {
    await lock.release();
  }
}
