import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk, type EnsureOptions } from '../../../src/core.ts';
import type { Proof, Signature, Vendor } from '../../../src/kit.ts';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { acme } from '../../fixtures/acme.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../../fixtures/line.ts';

const packed = gzipSync(makeDisk());
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  sizeBytes: packed.length,
};
let line: Line;
let inside: Server;
let connections: number;
let place: string;

beforeEach(async () => {
  line = await startLine();
  connections = 0;
  inside = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    inside.listen(0, '127.0.0.1', resolve);
  });
  place = `https://127.0.0.1:${(inside.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  await line.close();
  await new Promise((resolve) => inside.close(resolve));
});

const refused = {
  code: 'ERR_METADATA',
  exitCode: 4,
  message: expect.stringContaining('private address'),
};

test('an image inside is refused, and nothing is requested', async () => {
  line.offer(build, packed);
  const misled: Vendor = {
    ...acme,
    async resolve(request, context) {
      const resolution = await acme.resolve(request, context);
      const disk = resolution.disk.map((one) => ({ ...one, url: new URL('disk.gz', place) }));
      return { ...resolution, disk };
    },
  };
  const { ensureImage } = createRootdisk({ ...parts, vendors: [misled] });
  const { cacheDir, mirrors } = line;
  const call = ensureImage('acme:1', { cacheDir, mirrors, arch: 'amd64' });
  await expect(call).rejects.toMatchObject(refused);
  expect(connections).toBe(0);
});

test('a list of digests inside is refused, and nothing is requested', async () => {
  const { digest: _, ...bare } = build;
  line.offer({ ...bare, sums: `${place}SHA256SUMS` }, packed);
  await expect(line.ensure()).rejects.toMatchObject(refused);
  await expect(line.ensure('acme:1', { trust: 'none' })).rejects.toMatchObject(refused);
  expect(connections).toBe(0);
});

test.each(['the image', 'its list'])(
  'a signature of %s inside is refused, and nothing is requested',
  async (of) => {
    line.offer(build, packed);
    line.upstream.route(
      'images.acme.example/SHA256SUMS',
      `${build.digest.slice(7)}  acme.raw.gz\n`,
    );
    const { publicKey, fingerprint } = createOpenpgpSigner();
    const at = new URL('signature.asc', place);
    const signature: Signature = { form: 'openpgp', at, signers: [fingerprint], keys: [] };
    const list = new URL('https://images.acme.example/SHA256SUMS');
    const proof: Proof =
      of === 'the image'
        ? { kind: 'signature', signature }
        : { kind: 'checksums', url: list, signature };
    const misled: Vendor = {
      ...acme,
      async resolve(request, context) {
        const resolution = await acme.resolve(request, context);
        const disk = resolution.disk.map((one) => ({ ...one, proofs: [proof, ...one.proofs] }));
        return { ...resolution, disk };
      },
    };
    const { ensureImage } = createRootdisk({ ...parts, vendors: [misled] });
    const { cacheDir, mirrors } = line;
    const options: EnsureOptions = { cacheDir, mirrors, arch: 'amd64', keys: [publicKey] };
    await expect(ensureImage('acme:1', options)).rejects.toMatchObject(refused);
    expect(line.asked()).not.toContain('acme.raw.gz');
    expect(connections).toBe(0);
  },
);

test('a mirror inside is skipped with a warning, and the next one is used', async () => {
  const mirrors = [`${place}acme.raw.gz`, 'https://images.acme.example/other.raw.gz'];
  line.offer({ ...build, mirrors }, packed);
  line.upstream.route('images.acme.example/acme.raw.gz', 'no', { status: 404 });
  line.upstream.route('images.acme.example/other.raw.gz', packed);
  const image = await line.ensure();
  const failed = image.trust.warnings.filter(({ code }) => code === 'mirror-failed');
  expect(failed.map(({ message }) => message).join('\n')).toContain('private address');
  expect(connections).toBe(0);
});
