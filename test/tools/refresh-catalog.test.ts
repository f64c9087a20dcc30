import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CatalogEntry } from '../../src/catalog/catalog.ts';
import { formatCatalog } from '../../src/catalog/format-catalog.ts';
import { parseCatalog } from '../../src/catalog/parse-catalog.ts';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { readPinName } from '../../tools/catalog/pin-names.ts';
import { readPins } from '../../tools/catalog/read-pins.ts';

const program = fileURLToPath(new URL('../../tools/refresh-catalog.ts', import.meta.url));
const site = 'https://cloud.centos.org/';
const [old, fresh] = ['ab'.repeat(32), 'cd'.repeat(32)];
const nameOf = (build: string): string => `CentOS-Stream-GenericCloud-10-${build}.x86_64.qcow2`;
const folder = 'centos/10-stream/x86_64/images/';

const entry: CatalogEntry = {
  ...{ alias: 'centos-stream-10', vendor: 'centos-stream', release: '10' },
  ...{ variant: 'genericcloud', default: true, latest: true, snapshot: '20260713.0' },
  ...{ bumpedAt: '2026-07-14', layers: ['qcow2'] },
  arch: {
    amd64: { url: `${site}${folder}${nameOf('20260713.0')}`, digest: `sha256:${old}` },
  },
};

let upstream: Upstream;
let temporary: string;
let catalog: string;
beforeEach(async () => {
  upstream = await startUpstream();
  temporary = await mkdtemp(join(tmpdir(), 'rootdisk-refresh-'));
  catalog = join(temporary, 'catalog.json');
  await writeFile(catalog, formatCatalog({ images: [entry] }));
  const rows = '<title>Index of /centos</title><a href="10-stream/">10-stream/</a>';
  upstream.route('cloud.centos.org/centos/', rows, {
    headers: { 'content-type': 'text/html' },
  });
  publish('20260720.0', fresh);
});
afterEach(async () => {
  await upstream.close();
  await rm(temporary, { recursive: true });
});

function publish(build: string, hex: string): void {
  const sums = `SHA256 (${nameOf(build)}) = ${hex}\n`;
  upstream.route(`cloud.centos.org/${folder}CHECKSUM`, sums);
}

async function refresh(...args: string[]) {
  const mirror = `${site}=${upstream.url}cloud.centos.org/`;
  const options = ['--catalog', catalog, '--mirror', mirror, '--cache-dir', temporary, ...args];
  const child = spawn(process.execPath, [program, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, lines: stdout.trimEnd().split('\n'), stderr };
}

describe('npm run catalog:refresh', () => {
  test('prints its changes, and writes only with --write', async () => {
    const before = await readFile(catalog, 'utf8');
    const dry = await refresh();
    expect(dry).toMatchObject({
      code: 0,
      stderr: '',
      lines: [
        '~ centos-stream-10 amd64 20260713.0 -> 20260720.0',
        '1 changes, not written: this is a dry run, give --write',
      ],
    });
    expect(await readFile(catalog, 'utf8')).toBe(before);
    await refresh('--write');
    const written = await readFile(catalog, 'utf8');
    const [image] = parseCatalog(written, catalog).images;
    expect(image).toMatchObject({
      ...{ alias: 'centos-stream-10', snapshot: '20260720.0', default: true, latest: true },
      eol: '2030-05-31',
      arch: {
        amd64: { url: `${site}${folder}${nameOf('20260720.0')}`, digest: `sha256:${fresh}` },
      },
    });
    expect(image?.bumpedAt).toBe(new Date().toISOString().slice(0, 10));
    expect((await refresh('--write')).lines).toEqual(['nothing changes']);
    expect(await readFile(catalog, 'utf8')).toBe(written);
    expect(upstream.requests.map(({ method, path }) => [method, path])).not.toContainEqual([
      'GET',
      expect.stringContaining('.qcow2'),
    ]);
  }, 60_000);

  test('reports builds that were published again with other bytes', async () => {
    publish('20260713.0', fresh);
    const { lines } = await refresh();
    expect(lines[0]).toBe('~ centos-stream-10 amd64 20260713.0 -> 20260713.0, other bytes');
  });

  test('adds a release', async () => {
    await writeFile(catalog, '');
    const { lines, code } = await refresh('--write', 'centos-stream:10');
    expect(lines).toContain('+ centos-stream-10 amd64 20260720.0');
    expect(code).toBe(0);
    const { images } = parseCatalog(await readFile(catalog, 'utf8'), catalog);
    expect(images).toMatchObject([{ alias: 'centos-stream-10', default: true, latest: true }]);
  });

  test('keeps entries whose request failed, gives the reason, and fails', async () => {
    const before = await readFile(catalog, 'utf8');
    upstream.route(`cloud.centos.org/${folder}CHECKSUM`, 'no', { status: 403 });
    const { code, stderr, lines } = await refresh('--write');
    expect([code, lines]).toEqual([1, ['nothing changes']]);
    expect(stderr).toMatch(/kept: centos-stream:10 amd64: .*403/);
    expect(await readFile(catalog, 'utf8')).toBe(before);
  });
});

describe('a table of pins', () => {
  const row = (vendor: string, url: string, day: string): string =>
    [vendor, 'x86_64', url, `sha256:${old}`, day, '0123'].join('\t');
  const ubuntu = (place: string, serial: string, arch: string): string =>
    `https://cloud-images.ubuntu.com/releases/${place}/release-${serial}/ubuntu-24.04-server-cloudimg-${arch}.img`;

  test('gives the newest build of each architecture, with separate fields for an older one', () => {
    const table = [
      'vendor\tarch\turl\tdigest\tday\tcommit',
      row('ubuntu', ubuntu('noble', '20260705', 'amd64'), '2026-07-18'),
      row('ubuntu', ubuntu('24.04', '20250115', 'amd64'), '2025-01-20'),
      row('ubuntu', ubuntu('24.04', '20260101', 'arm64'), '2026-01-10'),
      row('ubuntu', 'https://example.org/other.img', '2026-07-18'),
    ].join('\n');
    const digest = `sha256:${old}`;
    expect(readPins(table)).toEqual([
      {
        ...{ alias: 'ubuntu-24.04', vendor: 'ubuntu', release: '24.04', codename: 'noble' },
        ...{ version: '24.04', variant: 'server', default: true, snapshot: '20260705' },
        ...{ bumpedAt: '2026-07-18', layers: ['qcow2'] },
        arch: {
          amd64: { url: ubuntu('noble', '20260705', 'amd64'), digest },
          arm64: {
            ...{ url: ubuntu('24.04', '20260101', 'arm64'), digest },
            ...{ snapshot: '20260101', bumpedAt: '2026-01-10' },
          },
        },
      },
    ]);
  });

  test('an image with an unknown vendor is ignored', () => {
    expect(readPinName('acme', 'https://example.org/a.qcow2')).toBeUndefined();
  });
});
