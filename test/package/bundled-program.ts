import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertImage, ensureImage, verifyDocument } from 'rootdisk';
import {
  buildGzipFile,
  buildQcow2Image,
  buildRawDisk,
  buildXzFile,
  buildZipFile,
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
} from 'rootdisk/testing';

// Bundled by the test beside it, unchanged or without its types: prints the result of each step.
const folder = mkdtempSync(join(tmpdir(), 'rootdisk-bundled-'));
const virtualSize = 8 * 1024 ** 2;
const noise = createHash('shake256', { outputLength: 2 * 1024 ** 2 }).digest();
const disk = buildRawDisk({ virtualSize, extents: [{ position: 1024 ** 2, bytes: noise }] });
const extents = [{ position: 0, bytes: disk }];
const bytes = buildQcow2Image({ virtualSize, extents, compression: 'zlib' }).bytes;

// Not at the top level: for a later import, rollup defines these names at the end of the file.
main();

async function main() {
  const upstream = await startUpstream();
  const signer = createOpenpgpSigner();
  const build = { version: '24.04', codename: 'noble', title: 'Noble', arch: 'amd64' };
  serveSimpleStreams(upstream, [{ ...build, serial: '20261120', bytes }], { signer });
  const options = {
    arch: 'amd64',
    cacheDir: join(folder, 'cache'),
    keys: { replace: [signer.publicKey] },
    mirrors: mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']),
  };
  const steps = {
    ensure: async () => (await ensureImage('ubuntu:24.04', options)).origin,
    again: async () => (await ensureImage('ubuntu:24.04', options)).origin,
    gz: () => convert(buildGzipFile(disk)),
    qcow2: () => convert(bytes),
    xz: () => convert(buildXzFile(disk)),
    zip: () => convert(buildZipFile({ 'disk.raw': disk })),
    sigstore: async () => {
      const document = Buffer.from('{}');
      const call = { name: 'x', document, signature: document, keys: [] };
      await verifyDocument({ ...call, identity: 'a@example.org', issuer: 'https://example.org' });
    },
  };
  const answers = {};
  for (const [name, run] of Object.entries(steps)) {
    const answer = await run().catch((error) => [error.code ?? error.stack, error.hint]);
    Object.assign(answers, { [name]: answer });
  }
  console.log(JSON.stringify(answers));
  await upstream.close();
  rmSync(folder, { recursive: true });
}

async function convert(image: Uint8Array) {
  const [input, output] = [join(folder, 'image'), join(folder, 'disk')];
  writeFileSync(input, image);
  await convertImage(input, output);
  const isSame = Buffer.from(disk).equals(readFileSync(output));
  rmSync(output);
  return isSame ? 'same' : 'another disk';
}
