import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { builtIns } from '../../../src/index.ts';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { makeCertificate, startTlsServer, type TlsServer } from '../../http/wire/tls-server.ts';
import { ownParameters, upstreamVendors } from './every-origin.ts';
import { signVendor } from './signed-vendor.ts';

const identity = makeCertificate();
const signer = createOpenpgpSigner();
const { resolveImage } = createRootdisk(builtIns);

const trustOf = (vendors: readonly { id: string; trust?: string | undefined }[]) =>
  vendors.map(({ id, trust }) => ({ id, trust }));

describe.skipIf(identity === undefined)(
  'the trust that `list` shows is what a default reaches',
  () => {
    let folder: string;
    let site: TlsServer;
    let served = new Map<string, string | Uint8Array>();
    let origins: string[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'rootdisk-resolved-'));
      site = await startTlsServer(identity ?? { key: '', cert: '' }, (request, response) => {
        const body = served.get(request.url ?? '');
        response.writeHead(body === undefined ? 404 : 200);
        response.end(request.method === 'HEAD' ? undefined : body);
      });
    });
    afterAll(async () => {
      await site.close();
      await rm(folder, { recursive: true });
    });

    const serve = (files: Iterable<readonly [string, string | Uint8Array]>): void => {
      const all = [...files].map(([address, body]) => ({ url: new URL(address), body }));
      served = new Map(
        all.map(({ url, body }) => [`/${url.host}${url.pathname}${url.search}`, body]),
      );
      origins = all.map(({ url }) => `${url.origin}/`);
    };
    const options = () => ({
      ...{ arch: 'amd64', ca: identity?.cert, keys: { replace: [signer.publicKey] } },
      now: new Date('2026-11-20T12:00:00Z'),
      mirrors: Object.fromEntries(
        origins.map((origin) => [origin, `${site.url}${new URL(origin).host}/`]),
      ),
    });

    it.each(trustOf(upstreamVendors))('$id: $trust', async ({ id, trust }) => {
      const { documents, resolution, request, image, reference } = await signVendor(id, { signer });
      const url = resolution.disk[0]?.url.href ?? '';
      serve([...documents, [url, image]]);
      const resolved = await resolveImage(reference, {
        ...options(),
        ...{ variant: request.variant, parameters: request.parameters ?? ownParameters[id] },
        cacheDir: join(folder, id),
      });
      expect({ id, trust: resolved.trust.level }).toEqual({ id, trust });
    });

    it.each(trustOf(builtIns.vendors.filter(({ id }) => id === 'bundle')))(
      '$id: $trust',
      async ({ id, trust }) => {
        const bytes = Buffer.from('a bundle');
        const address = 'https://bundles.example/web.tar.zst';
        serve([[address, bytes]]);
        const bundles = join(folder, 'catalog.json');
        const entry = {
          ...{ name: 'web', tarball_url: address },
          tarball_sha256: createHash('sha256').update(bytes).digest('hex'),
        };
        await writeFile(bundles, JSON.stringify({ version: 1, entries: [entry] }));
        const resolved = await resolveImage('bundle:web', {
          ...options(),
          ...{ bundles, cacheDir: join(folder, id) },
        });
        expect({ id, trust: resolved.trust.level }).toEqual({ id, trust });
      },
    );

    it('no vendor is left out', () => {
      expect(builtIns.vendors.filter(({ trust }) => trust === undefined)).toEqual([]);
      expect(upstreamVendors.length + 1).toBe(builtIns.vendors.length);
    });
  },
);
