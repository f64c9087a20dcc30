import { hash } from 'node:crypto';
import { chmod, truncate, utimes, writeFile } from 'node:fs/promises';
import { type Cache, openCache } from '../../../src/cache/cache-folder.ts';
import { digestBlocks } from '../../../src/cache/digest/content-digest.ts';
import { formatDigestTable } from '../../../src/cache/digest/digest-table.ts';
import { formatCacheName } from '../../../src/cache/names/cache-name.ts';
import { formatRequestKey } from '../../../src/cache/names/request-key.ts';
import { formatRecord, type ImageRecord } from '../../../src/cache/records/image-record.ts';
import { noteEntries, noteOf } from '../../../src/cache/records/noted-entries.ts';

const vendors = ['ubuntu', 'debian', 'fedora', 'alpine', 'arch', 'rocky', 'almalinux', 'opensuse'];
const releases = ['24.04', '22.04', '12', '13', '9'];
const arches = ['amd64', 'arm64'] as const;
const sources = vendors.length * releases.length * arches.length;
const table = { sizeBytes: 3 * 2 ** 30, extents: [], blocks: new Map() };
const tableBytes = formatDigestTable(table);
const contentDigest = digestBlocks(table.blocks, table.sizeBytes);
const mtime = 1_780_000_000;
const atOnce = 32;

/**
 * Fills a cache with empty disks in the form that calls of `ensureImage` leave: builds of eight vendors, five releases
 * and two architectures. Returns the record of the first; every later build is newer.
 */
export async function fillCache(cacheDir: string, count: number): Promise<ImageRecord> {
  const cache = await openCache(cacheDir);
  const records = Array.from({ length: count }, (_, i) => makeRecord(i));
  for (let i = 0; i < count; i += atOnce) {
    await Promise.all(records.slice(i, i + atOnce).map((record) => writeEntry(cache, record)));
  }
  const [first] = records;
  if (first === undefined) throw new Error('a cache without a disk answers nothing');
  // The other requests are never made.
  for (const request of first.requests) {
    const answers = records.filter(({ requests }) => requests.includes(request));
    await noteEntries(cache, [request], answers.map(noteOf), { begin: true });
  }
  return first;
}

async function writeEntry(cache: Cache, record: ImageRecord): Promise<void> {
  const path = cache.pathOf(record.name);
  await writeFile(cache.blocksPathOf(record.name), tableBytes);
  await writeFile(cache.evidencePathOf(record.name), '{}');
  await writeFile(cache.recordPathOf(record.name), formatRecord(record));
  await writeFile(path, '');
  await truncate(path, table.sizeBytes);
  await chmod(path, 0o444);
  await utimes(path, mtime, mtime);
}

function makeRecord(i: number): ImageRecord {
  const vendor = vendors[i % vendors.length] ?? '';
  const release = releases[Math.floor(i / vendors.length) % releases.length] ?? '';
  const arch = arches[Math.floor(i / vendors.length / releases.length) % 2] ?? 'amd64';
  const snapshot = String(20_250_000 + Math.floor(i / sources));
  const identity = { vendor, release, variant: 'server', arch, snapshot };
  const sha256 = hash('sha256', String(i));
  const request = { vendor, release, arch };
  return {
    schema: 1,
    name: formatCacheName({ ...identity, format: 'raw' }),
    identity,
    parameters: {},
    format: 'raw',
    requests: [
      formatRequestKey(request, 'raw'),
      formatRequestKey({ ...request, snapshot }, 'raw'),
    ].sort(),
    aliases: [],
    source: {
      url: `https://images.example/${vendor}/${release}/${snapshot}/disk.img`,
      fileName: 'disk.img',
      sha256,
      sha512: sha256 + sha256,
      sizeBytes: 600_000_000,
      kept: false,
    },
    disk: {
      sizeBytes: table.sizeBytes,
      virtualSize: table.sizeBytes,
      mtimeMs: mtime * 1000,
      contentDigest,
    },
    decoder: 'rootdisk 0.0.0',
    layers: ['qcow2'],
    trust: {
      level: 'signed',
      offered: 'signed',
      pinned: false,
      signer: { fingerprint: 'A'.repeat(40), keyOrigin: 'vendor' },
      signedAt: new Date(mtime * 1000).toISOString(),
      warnings: [],
    },
    evidence: { digests: [`sha256:${sha256}`], documents: [] },
    facts: {},
    created: new Date(mtime * 1000 + i * 1000).toISOString(),
  };
}
