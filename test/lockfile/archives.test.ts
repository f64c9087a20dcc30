import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatLockFile } from '../../src/lockfile/format.ts';
import { mirrorsFor } from '../../src/testing/upstream.ts';
import { almalinux } from '../../vendors/almalinux.ts';
import { fedora } from '../../vendors/fedora.ts';
import { freebsd } from '../../vendors/freebsd.ts';
import { rocky } from '../../vendors/rocky.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { conformanceCases } from '../vendors/every/conformance-cases.ts';
import { ask } from '../vendors/every/serve-documents.ts';
import { bareImage } from './samples.ts';

const disk = makeDisk();
const packed = gzipSync(disk);

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

test.each([
  ['almalinux', almalinux, /^https:\/\/vault\.almalinux\.org\/\d+\.\d+\/cloud\/x86_64\/images\//],
  [
    'fedora',
    fedora,
    /^https:\/\/archives\.fedoraproject\.org\/pub\/archive\/fedora\/linux\/releases\/\d+\//,
  ],
  [
    'freebsd',
    freebsd,
    /^http:\/\/ftp-archive\.freebsd\.org\/pub\/FreeBSD-Archive\/old-releases\/VM-IMAGES\//,
  ],
  ['rocky', rocky, /^https:\/\/dl\.rockylinux\.org\/vault\/rocky\/\d+\.\d+\/images\/x86_64\//],
])('%s: a locked file that has moved is found in the archive', async (_, vendor, place) => {
  const site = await conformanceCases[vendor.id]?.start();
  if (site === undefined) throw new Error(`no documents of ${vendor.id}`);
  const { disk: files, ...found } = await ask(vendor, site, 'latest', 'amd64');
  await site.close();
  const [file] = files;
  const [archive] = file?.archives ?? [];
  if (file === undefined || archive === undefined) throw new Error('no archive is named');
  expect(archive.href).toMatch(place);
  expect(archive.pathname.split('/').at(-1)).toBe(file.fileName);

  // The addresses are those of the vendor; the bytes are made here.
  const mirrors = [...(file.mirrors ?? [])].map(({ href }) => href);
  const image = {
    ...bareImage,
    ...{ release: found.release, variant: found.variant, snapshot: found.snapshot },
    ...{ url: file.url.href, mirrors, archives: [archive.href], fileName: file.fileName },
    ...{ digests: [sha256(packed)], layers: ['gz', 'raw'] },
  };
  const request = `${vendor.id}:${found.release}`;
  const lockfile = join(line.folder, 'rootdisk.lock.json');
  const images = [{ alias: 'old', request, architectures: { amd64: image } }];
  await writeFile(lockfile, formatLockFile({ images }));
  const origins = [file.url.href, ...mirrors, archive.href].map((url) => `${new URL(url).origin}/`);
  line.upstream.route(archive.href.replace(/^https?:\/\//, ''), packed);
  const own = { lockfile, mirrors: mirrorsFor(line.upstream, [...new Set(origins)]) };
  const ensured = await line.ensure('old', own);
  expect(await sha256File(ensured.path)).toBe(sha256(disk));
  expect(ensured.trust.warnings.map(({ code }) => code)).toContain('mirror-failed');
  const hosts = line.upstream.requests.map(({ path }) => path.split('/')[1]);
  expect(hosts.at(-1)).toBe(archive.host);
  expect(hosts[0]).toBe(file.url.host);
});
