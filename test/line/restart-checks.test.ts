import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk, type EnsuredImage, IntegrityError } from '../../src/core.ts';
import type { Tier, Verifier } from '../../src/kit.ts';
import { acme } from '../fixtures/acme.ts';
import { cutWhenStored } from '../fixtures/cut-when-stored.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { makeShelf, shelfKey } from '../fixtures/shelf-tier.ts';

const disk = makeDisk();
const packed = gzipSync(disk);
const build = { release: '1', snapshot: '1', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
const image = 'images.acme.example/acme.raw.gz';

/** A replacement for a signature over the image: good for exactly the published bytes, each of them once. */
const signature: Verifier<'signature'> = {
  kind: 'signature',
  async prove() {
    const hash = createHash('sha256');
    return {
      level: 'signed',
      digests: [],
      documents: [],
      warnings: [],
      check: {
        update: (chunk) => hash.update(chunk),
        async finish() {
          if (`sha256:${hash.digest('hex')}` === sha256(packed)) return { warnings: [] };
          throw new IntegrityError({ code: 'ERR_SIGNATURE', message: 'no', details: {} });
        },
      },
    };
  },
};
const signedAcme = {
  ...acme,
  async resolve(...args: Parameters<typeof acme.resolve>) {
    const resolution = await acme.resolve(...args);
    const signed = { form: 'openpgp' as const, at: 'inline' as const, signers: [], keys: [] };
    const disk = resolution.disk.map((artifact) => ({
      ...artifact,
      proofs: [{ kind: 'signature' as const, signature: signed }],
    }));
    return { ...resolution, disk };
  },
};
const ensureSigned = createRootdisk({
  ...parts,
  vendors: [signedAcme],
  verifiers: [...parts.verifiers.filter(({ kind }) => kind !== 'signature'), signature],
}).ensureImage;

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

async function ensure(tiers: readonly Tier[] = []): Promise<EnsuredImage> {
  const { cacheDir, mirrors } = line;
  const image = await ensureSigned('acme:1', { arch: 'amd64', cacheDir, mirrors, tiers });
  await image.dispose();
  return image;
}

test('a check over the stream sees the bytes from 0 on after a restart', async () => {
  let tries = 0;
  line.upstream.route(image, (_request, response) => {
    tries += 1;
    response.writeHead(200, { 'content-length': packed.length });
    if (tries > 1) return void response.end(packed);
    response.write(packed.subarray(0, packed.length >> 1));
    void cutWhenStored(line, response, packed.length >> 1);
  });
  const { path, trust } = await ensure();
  expect(tries).toBe(2);
  expect(trust.level).toBe('signed');
  expect(await sha256File(path)).toBe(sha256(disk));
});

test('a check over the stream sees the bytes that an earlier call downloaded', async () => {
  const etag = '"one"';
  line.upstream.route(image, (request, response) => {
    response.statusCode = 404;
    if (request.headers['range'] !== undefined) return void response.end('gone');
    response.writeHead(200, { 'content-length': packed.length, etag });
    response.write(packed.subarray(0, 1000));
    void cutWhenStored(line, response, 1000);
  });
  await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
  line.upstream.requests.length = 0;
  line.upstream.route(image, packed, { etag });
  expect(await sha256File((await ensure()).path)).toBe(sha256(disk));
  expect(line.upstream.requests.at(-1)?.headers['range']).toBe('bytes=1000-');
});

test('a check that fails after a resume is repeated once over clean bytes', async () => {
  const etag = '"one"';
  line.upstream.route(image, (request, response) => {
    response.statusCode = 404;
    if (request.headers['range'] !== undefined) return void response.end('gone');
    response.writeHead(200, { 'content-length': packed.length, etag });
    response.write(Buffer.from(packed.subarray(0, 1000)).fill(0, 900));
    void cutWhenStored(line, response, 1000);
  });
  await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
  line.upstream.route(image, packed, { etag });
  line.upstream.requests.length = 0;
  expect(await sha256File((await ensure()).path)).toBe(sha256(disk));
  const asked = line.upstream.requests.filter(({ path }) => path === `/${image}`);
  expect(asked.map(({ headers }) => headers['range'])).toEqual(['bytes=1000-', undefined]);
});

test.each<[string, Buffer, EnsuredImage['origin']]>([
  ['the published bytes', packed, 'tier'],
  ['an image of another signer', gzipSync(makeDisk(undefined, 2)), 'network'],
  ['no image', Buffer.alloc(packed.length, 7), 'network'],
])(
  'a check over the stream decides about the copy of a tier: %s',
  async (_title, bytes, origin) => {
    const shelf = makeShelf();
    shelf.files.set(shelfKey({ name: 'acme_1_default_amd64_1', role: 'disk' }), bytes);
    const found = await ensure([shelf.tier]);
    expect(found).toMatchObject({ origin, trust: { level: 'signed' } });
    expect(await sha256File(found.path)).toBe(sha256(disk));
    const refusals = shelf.told.filter((word) => word.startsWith('refuse'));
    expect(refusals).toHaveLength(origin === 'tier' ? 0 : 1);
  },
);
