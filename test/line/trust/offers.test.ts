import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk, type EnsureOptions, type TrustLevel } from '../../../src/core.ts';
import type { AnyVerifier, Evidence, Proof, Vendor } from '../../../src/kit.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../../fixtures/line.ts';

const disk = makeDisk();
const digests = [sha256(disk)];
const body = Buffer.from('a receipt');
const document = {
  url: 'https://images.acme.example/receipt',
  sha256: createHash('sha256').update(body).digest('hex'),
  bytes: body,
};
let line: Line;
beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '1', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk) }, disk);
});
afterEach(() => line.close());

/** Ensures with a proof of a new kind that `offers` one level, and gives another one, or the same. */
function ensure(offers: TrustLevel | undefined, level: TrustLevel, options: EnsureOptions = {}) {
  const proof: unknown = { kind: 'receipt', offers };
  const vendor: Vendor = {
    id: 'own',
    title: 'Own OS',
    apiVersion: 1,
    resolve: async () => ({
      ...{ release: '1', variant: 'default', snapshot: '1' },
      disk: [
        {
          url: new URL('https://images.acme.example/acme.raw'),
          fileName: 'acme.raw',
          layers: ['raw'],
          // The kind is not declared here, as in plain JavaScript.
          proofs: [proof as Proof],
        },
      ],
    }),
  };
  const signer = level === 'signed' ? { fingerprint: 'AB' } : undefined;
  const answer: Evidence = { level, digests, signer, documents: [document], warnings: [] };
  const verifier: unknown = { kind: 'receipt', prove: async () => answer };
  const { ensureImage } = createRootdisk({
    formats: parts.formats,
    vendors: [vendor],
    verifiers: [verifier as AnyVerifier],
  });
  const { cacheDir, mirrors } = line;
  return ensureImage('own:1', { arch: 'amd64', cacheDir, mirrors, ...options });
}

describe('auto requires the level that a proof of a new kind offers', () => {
  test.each<[offers: TrustLevel | undefined, level: TrustLevel]>([
    ['signed', 'signed'],
    ['checksum', 'checksum'],
    [undefined, 'checksum'],
    [undefined, 'signed'],
    ['checksum', 'signed'],
  ])('%s is offered, and %s is given: accepted', async (offers, level) => {
    await using image = await ensure(offers, level);
    expect(image.trust.level).toBe(level);
  });

  test.each<[offers: TrustLevel | undefined, level: TrustLevel]>([
    ['signed', 'checksum'],
    ['signed', 'tls'],
    [undefined, 'tls'],
  ])('%s is offered, and %s is given: refused', async (offers, level) => {
    await expect(ensure(offers, level)).rejects.toMatchObject({ remedy: 'integrity' });
    expect(await line.visible()).toEqual([]);
  });

  test('a caller that requires less accepts less', async () => {
    await using image = await ensure('signed', 'checksum', { trust: 'checksum' });
    expect(image.trust.level).toBe('checksum');
  });
});
