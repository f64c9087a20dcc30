import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import type { Vendor } from '../../../src/kit.ts';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { mirrorsFor, type UpstreamHandler } from '../../../src/testing/upstream.ts';
import { type Line, startLine } from '../../fixtures/line.ts';
import { conformanceCases } from './conformance-cases.ts';
import { everyOrigin, ownParameters, upstreamVendors } from './every-origin.ts';
import { startOneAnswer } from './one-answer.ts';
import {
  makeFile,
  type Protection,
  type Signing,
  signVendor,
  type VendorDocuments,
} from './signed-vendor.ts';

const signer = createOpenpgpSigner();
const stranger = createOpenpgpSigner('Another key <other@example.org>');
const now = new Date('2026-11-20T12:00:00Z');

type Attack = 'arbitrary software' | 'wrong signer' | 'mix and match' | 'rollback' | 'freeze';

/**
 * The result of each attack from TUF's list, by the kind of the vendor's proofs. A level means that the attack cannot
 * be recognized: then only the host's certificate protects, and the level says so.
 */
const met: Record<Protection, Record<Attack, string>> = {
  'signed list': {
    'arbitrary software': 'ERR_DIGEST',
    'wrong signer': 'ERR_UNKNOWN_SIGNER',
    'mix and match': 'ERR_SIGNATURE',
    rollback: 'ERR_ROLLBACK',
    freeze: 'ERR_STALE',
  },
  'signed image': {
    'arbitrary software': 'ERR_DIGEST or ERR_SIGNATURE',
    'wrong signer': 'ERR_UNKNOWN_SIGNER',
    'mix and match': 'ERR_SIGNATURE',
    rollback: 'ERR_ROLLBACK',
    freeze: 'ERR_STALE',
  },
  // Debian: the archive's signature proves the release, and no signature covers the image.
  'signed release': {
    'arbitrary software': 'ERR_DIGEST',
    'wrong signer': 'ERR_UNKNOWN_SIGNER',
    'mix and match': 'ERR_SIGNATURE',
    rollback: 'ERR_ROLLBACK',
    freeze: 'ERR_STALE',
  },
  digest: {
    // For a compressed image the length shows the error first.
    'arbitrary software': 'ERR_DIGEST or ERR_SIZE',
    'wrong signer': 'checksum',
    'mix and match': 'ERR_DIGEST or ERR_SIZE',
    rollback: 'checksum',
    freeze: 'ERR_STALE',
  },
  // Here a mirror serves them over plain http, so nothing that TLS protects remains: the level is `none`.
  tls: {
    'arbitrary software': 'none',
    'wrong signer': 'none',
    'mix and match': 'none',
    rollback: 'none',
    freeze: 'ERR_STALE',
  },
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

function ensure(own: VendorDocuments, options: EnsureOptions = {}): ReturnType<Line['ensure']> {
  const addresses = [...own.documents.keys(), ...own.resolution.disk.map(({ url }) => url.href)];
  const origins = [...new Set(addresses.map((address) => `${new URL(address).origin}/`))];
  const { variant, parameters } = own.request;
  return line.ensure(own.reference, {
    now,
    mirrors: mirrorsFor(line.upstream, origins),
    keys: { replace: [signer.publicKey] },
    ...(variant !== undefined && { variant }),
    ...(parameters !== undefined && { parameters }),
    ...options,
  });
}

function serve(own: VendorDocuments, image: Uint8Array | UpstreamHandler = own.image): void {
  for (const [address, text] of own.documents) line.upstream.route(pathOf(address), text);
  const [file] = own.resolution.disk;
  if (file !== undefined) line.upstream.route(pathOf(file.url.href), image);
}

function pathOf(address: string): string {
  return address.replace(/^https?:\/\//, '');
}

/** The code of the error, or the level of the result. */
async function outcomeOf(call: ReturnType<Line['ensure']>): Promise<string> {
  return call.then(
    ({ trust }) => trust.level,
    (error: unknown) => String(Reflect.get(Object(error), 'code')),
  );
}

/** Every attack on a vendor whose documents `sign` makes again. */
const attacks: Record<
  Attack,
  (sign: (more?: Partial<Signing>, seed?: number) => Promise<VendorDocuments>) => Promise<string>
> = {
  async 'arbitrary software'(sign) {
    const own = await sign();
    serve(own, await makeFile(own.resolution.disk[0]?.layers ?? [], 2));
    return await outcomeOf(ensure(own));
  },
  async 'wrong signer'(sign) {
    const own = await sign({ signer: stranger });
    serve(own);
    return await outcomeOf(ensure(own));
  },
  async 'mix and match'(sign) {
    const own = await sign({ isMixed: true });
    const isSigned = own.protection.startsWith('signed');
    // The image of another build, for proofs without a signature to exchange.
    serve(own, isSigned ? own.image : (await sign({}, 2)).image);
    return await outcomeOf(ensure(own));
  },
  async rollback(sign) {
    const own = await sign({ at: new Date('2026-11-10T08:00:00Z') });
    serve(own);
    await ensure(own);
    const older = await sign({ at: new Date('2026-10-10T08:00:00Z') }, 2);
    serve(older);
    return await outcomeOf(ensure(older, { refresh: true }));
  },
  async freeze(sign) {
    const own = await sign({ at: new Date('2025-08-01T08:00:00Z') });
    serve(own);
    return await outcomeOf(ensure(own, { maxAge: '90d' }));
  },
};

const endless: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' });
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(16 * 1024)));
  };
  response.on('drain', more);
  more();
};
/** The beginning, and then no more bytes while the connection stays open. */
const stalled: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 4096 });
  response.write('the begin');
};

async function resolveUnder(
  vendor: Vendor,
  answer: RequestListener,
  bounds: { metadataBytes?: number; stallMs?: number },
): Promise<unknown> {
  const { id } = vendor;
  const site = await startOneAnswer(everyOrigin, answer, bounds);
  const own = ownParameters[id];
  try {
    return await vendor.resolve(
      {
        ...{ vendor: id, release: 'latest', arch: 'amd64', ...conformanceCases[id]?.request },
        ...(own && { parameters: own }),
      },
      site.context,
    );
  } finally {
    site.close();
  }
}

describe.each(upstreamVendors)('$id under attack', (vendor) => {
  const { id } = vendor;
  const sign = (more: Partial<Signing> = {}, seed = 1) => signVendor(id, { signer, ...more }, seed);

  it('returns the image at its level when nothing is attacked', async () => {
    const own = await sign();
    serve(own);
    const level = own.protection === 'tls' ? 'none' : 'checksum';
    expect(await outcomeOf(ensure(own))).toBe(
      /signed (list|image)/.test(own.protection) ? 'signed' : level,
    );
  });

  it.each(Object.keys(attacks) as Attack[])('%s', async (attack) => {
    const { protection } = await sign();
    const expected = met[protection][attack].split(' or ');
    expect(expected).toContain(await attacks[attack](sign));
  });

  it('endless data: a document has a size limit', async () => {
    await expect(resolveUnder(vendor, endless, { metadataBytes: 64 * 1024 })).rejects.toMatchObject(
      { code: 'ERR_METADATA', message: expect.stringMatching(/longer than/) },
    );
  });

  it('endless data: an image has a size limit', async () => {
    const own = await sign();
    const size = 4 * own.image.length;
    serve(own, (request, response) => {
      response.writeHead(200);
      response.write(own.image);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16 * 1024)));
        if (!response.destroyed) response.once('drain', more);
      };
      if (request.method === 'HEAD') response.end();
      else more();
    });
    await expect(ensure(own, { limits: { downloadBytes: size } })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(SIZE|LIMIT|DECODE|METADATA)$/),
    });
    expect(await line.visible()).toEqual([]);
  });

  it('slow retrieval: a document that stops arriving ends the call', async () => {
    await expect(resolveUnder(vendor, stalled, { stallMs: 100 })).rejects.toMatchObject({
      code: 'ERR_STALLED',
    });
  });
});
