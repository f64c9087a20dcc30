import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveImage } from '../../../src/index.ts';
import { mirrorsFor, startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { list, names, folder as sevenFolder, sums } from '../documents/centos-7.ts';
import { current, listing } from '../freebsd/site.ts';

const qcow2 = 'FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz';
const raw = 'FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.raw.xz';
const [hexOfRaw, hexOfQcow2] = ['aa'.repeat(32), 'bb'.repeat(32)];
const latest = `${current}15.1-RELEASE/amd64/Latest/`;
const documents: Record<string, string> = {
  [sums]: list(names),
  [current]: listing(['15.1-RELEASE/']),
  [latest]: listing([raw, qcow2, 'CHECKSUM.SHA256']),
  [`${latest}CHECKSUM.SHA256`]: `SHA256 (${raw}) = ${hexOfRaw}\nSHA256 (${qcow2}) = ${hexOfQcow2}\n`,
};
/** The digest of a file in the list that this test makes. */
function digestOf(name: string): string {
  const hex = new RegExp(`^([0-9a-f]{64})  ${name.replaceAll('.', '\\.')}$`, 'm').exec(list(names));
  return `sha256:${hex?.[1]}`;
}

let upstream: Upstream;
let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-digest-'));
  upstream = await startUpstream();
  for (const [address, text] of Object.entries(documents)) {
    upstream.route(address.replace(/^https:\//, ''), text);
  }
});
afterEach(async () => {
  await upstream.close();
  await rm(cacheDir, { recursive: true });
});

it.each([
  ['centos-7:7', 'CentOS-7-x86_64-GenericCloud-2211.qcow2', sevenFolder],
  ['centos-7:7', 'CentOS-7-x86_64-GenericCloud-2211.qcow2c', sevenFolder],
  ['freebsd:15.1', qcow2, latest],
  ['freebsd:15.1', raw, latest],
])('%s with the digest of %s is that file', async (reference, fileName, folder) => {
  const ofFreebsd = fileName === qcow2 ? hexOfQcow2 : hexOfRaw;
  const digest = reference.startsWith('centos') ? digestOf(fileName) : `sha256:${ofFreebsd}`;
  const origins = ['cloud.centos.org', 'download.freebsd.org', 'www.freebsd.org'];
  const mirrors = mirrorsFor(
    upstream,
    origins.map((host) => `https://${host}/`),
  );
  const image = await resolveImage(reference, { arch: 'amd64', cacheDir, mirrors, digest });
  expect([image.fileName, image.url]).toEqual([fileName, folder + fileName]);
});
