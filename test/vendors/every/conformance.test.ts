import { afterEach, describe, expect, it } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import {
  type Artifact,
  type ImageError,
  type ImageRequest,
  isImageError,
  type Resolution,
} from '../../../src/kit.ts';
import { conformanceCases } from './conformance-cases.ts';
import { naming } from './naming.ts';
import { type Documents, listAll, maintenancePage } from './serve-documents.ts';

const formats = new Set(builtIns.formats.map(({ id }) => id));
let site: Documents | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

it.each(builtIns.vendors)('$id has documents to be tried on', ({ id }) => {
  expect(Object.keys(conformanceCases)).toContain(id);
});

const tried = builtIns.vendors.filter(({ id }) => conformanceCases[id] !== undefined);

describe.each(tried)('$id', (vendor) => {
  const { start, request = {}, optional } = conformanceCases[vendor.id] ?? { start: neverStart };

  async function open(): Promise<Documents> {
    await site?.close();
    site = await start();
    return site;
  }

  async function resolve(more: Partial<ImageRequest> = {}, boot = false): Promise<Resolution> {
    const { context } = site ?? (await open());
    const parameters = { ...request.parameters, ...more.parameters };
    return vendor.resolve(
      {
        vendor: vendor.id,
        ...{ release: 'latest', arch: 'amd64', ...request, ...more },
        ...(Object.keys(parameters).length > 0 && { parameters }),
      },
      { ...context, boot },
    );
  }

  it('says how well its facts are known, and what it is called', () => {
    expect(vendor.apiVersion).toBe(1);
    expect(vendor.title).toMatch(/\S/);
    const words =
      typeof vendor.evidence === 'object' ? Object.values(vendor.evidence) : [vendor.evidence];
    for (const word of words) expect(['captured', 'documented', 'unverified']).toContain(word);
  });

  it('answers the same from the same documents', async () => {
    const first = await resolve();
    expect(await resolve()).toEqual(first);
    await open();
    expect(await resolve()).toEqual(first);
  });

  it('answers its own snapshot with the same file', async () => {
    const { release, variant, snapshot, disk } = await resolve();
    const again = await resolve({ snapshot, variant, release: request.release ?? release });
    expect(again.snapshot).toBe(snapshot);
    expect(again.disk[0]?.fileName).toBe(disk[0]?.fileName);
  });

  it.each<[string, Partial<ImageRequest>]>([
    ['release', { release: 'no-such-release' }],
    ['release', { release: '999' }],
    ['variant', { variant: 'no-such-variant' }],
    ['arch', { arch: 'loong64' }],
    ['parameter', { parameters: { 'no-such-parameter': 'x' } }],
    ['snapshot', { snapshot: '19990101' }],
    ['snapshot', { snapshot: '19990101.0' }],
    ['snapshot', { snapshot: 'no-such-build' }],
    ['snapshot', { snapshot: '../../etc' }],
  ])('has no such %s: %j', async (_, more) => {
    const error: unknown = await resolve(more).then(
      ({ disk }) => expect.fail(`it is ${disk[0]?.url}`),
      (reason) => reason,
    );
    expect(error).toMatchObject({
      code: expect.stringMatching(/^ERR_(NOT_FOUND|INVALID_REQUEST)$/),
      hint: expect.stringMatching(/\S/),
    });
  });

  it('names files by https, with proofs and layers that are known', async () => {
    const image = await resolve({}, true);
    const { disk, snapshot, release, variant } = image;
    expect([release, variant, snapshot].filter((word) => !/\S/.test(word))).toEqual([]);
    expect(disk.length).toBeGreaterThan(0);
    for (const file of filesOf(image)) expectSound(file);
  });

  it('asks for no byte of an image', async () => {
    const files = filesOf(await resolve({}, true));
    const fetched = (site?.requests ?? []).filter((line) => line.startsWith('GET '));
    for (const { url, mirrors = [] } of files) {
      for (const address of [url, ...mirrors]) expect(fetched).not.toContain(`GET ${address}`);
    }
    expect(fetched.length).toBeGreaterThan(0);
  });

  it.runIf(vendor.list !== undefined)('is as sound in every variant that is listed', async () => {
    const listings = await listAll(vendor, await open());
    let resolved = 0;
    for (const { release, arches, variants } of listings) {
      for (const variant of variants) {
        await open();
        const [arch = 'amd64'] = arches;
        const image = await resolve({ release, arch, variant }, true).catch(missingDocument);
        if (image === undefined) continue;
        resolved += 1;
        expect(image.variant).toBe(variant);
        for (const file of filesOf(image)) {
          expectSound(file);
          expect(site?.requests).not.toContain(`GET ${file.url}`);
        }
      }
    }
    expect(resolved).toBeGreaterThan(0);
  });

  it('never takes a page for one of its documents', async () => {
    await resolve();
    const asked = new Set(site?.requests.filter((line) => line.startsWith('GET ')));
    for (const line of asked) {
      const address = line.slice('GET '.length);
      const answer = await resolveWith(address, maintenancePage);
      if (optional?.test(address)) expect(answer).toEqual(await resolveWith(address));
      // A verifier reads it next, and refuses.
      else if (proofAddresses(answer).includes(address)) expect(answer).toHaveProperty('disk');
      else
        expect(answer).toMatchObject({
          code: 'ERR_METADATA',
          message: naming(address.replace(/\?.*/, '')),
        });
    }
  });

  it('reports a refusal at any one of its addresses', async () => {
    const good = await resolve();
    const asked = new Set(site?.requests.filter((line) => line.startsWith('GET ')));
    for (const line of asked) {
      const answer = await resolveWith(line.slice('GET '.length), undefined, 403);
      // What is only looked at goes on, and leads to the same build.
      if ('disk' in answer) expect(answer).toEqual(good);
      else expect(answer).toMatchObject({ code: 'ERR_HTTP_STATUS', details: { status: 403 } });
    }
  });

  /** The resolution, or why there is none, when `text` stands at the address: nothing does where it is absent. */
  async function resolveWith(
    address: string,
    text?: string,
    status = 404,
  ): Promise<Resolution | ImageError> {
    const { put } = await open();
    put(
      address,
      text ??
        ((_, response) => {
          response.statusCode = status;
          response.end();
        }),
    );
    return resolve().catch((error: unknown) => {
      if (isImageError(error)) return error;
      throw error;
    });
  }

  it.runIf(vendor.list !== undefined)('lists what it then resolves', async () => {
    const listings = await listAll(vendor, await open());
    expect(listings.length).toBeGreaterThan(0);
    const answers = await Promise.allSettled(
      listings.flatMap(({ release, arches, variants }) => {
        const [arch] = arches;
        const [variant] = variants;
        expect([release, arch, variant]).not.toContain(undefined);
        return arch === undefined || variant === undefined
          ? []
          : [resolve({ release, arch, variant })];
      }),
    );
    const good = answers.filter(({ status }) => status === 'fulfilled');
    expect(good.length).toBeGreaterThan(0);
  });
});

function expectSound({ url, mirrors = [], fileName, layers, proofs }: Artifact): void {
  for (const { protocol } of [url, ...mirrors]) expect(protocol).toBe('https:');
  expect(fileName).toMatch(/^[\w.+~-]+$/);
  expect(fileName).not.toMatch(/^\.+$/);
  expect(layers.filter((layer) => !formats.has(layer))).toEqual([]);
  expect(proofs.length).toBeGreaterThan(0);
  for (const proof of proofs) {
    if (proof.kind === 'tls') expect(proof.reason).toMatch(/\S/);
    if (proof.kind === 'checksums') expect(proof.url.protocol).toBe('https:');
  }
}

/** Documents that the proofs of the first file rest on. */
function proofAddresses(answer: Resolution | ImageError): string[] {
  const proofs = ('disk' in answer && answer.disk[0]?.proofs) || [];
  return proofs.flatMap((proof) => (proof.kind === 'checksums' ? [proof.url.href] : []));
}

function filesOf({ disk, boot }: Resolution): Artifact[] {
  return [...disk, boot?.kernel, boot?.initrd].filter((file) => file !== undefined);
}

/** Fixtures hold more in their lists than they have documents for. */
function missingDocument(error: unknown): undefined {
  if (isImageError(error, 'ERR_NOT_FOUND') || isImageError(error, 'ERR_HTTP_STATUS')) return;
  throw error;
}

function neverStart(): Promise<Documents> {
  throw new Error('no documents');
}
