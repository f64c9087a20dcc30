import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AnyVerifier,
  type ChecksumsProof,
  defineVerifier,
  type Evidence,
  IntegrityError,
  type Signature,
} from '../../src/kit.ts';
import { createOpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { checksums } from '../../verifiers/checksums.ts';
import { digest } from '../../verifiers/digest.ts';
import { tls } from '../../verifiers/tls.ts';
import { makeCertificate, startTlsServer } from '../http/wire/tls-server.ts';
import { digestOf, mirrored, proofContext, sha256Of, site } from './proof-context.ts';

const image = 'the bytes of an image';
const hex = sha256Of(image).slice('sha256:'.length);
const list = `# demo.qcow2: 21 bytes\nSHA256 (demo.qcow2) = ${hex}\n`;
const url = new URL('r1/SHA256SUMS', site);
const proof: ChecksumsProof = { kind: 'checksums', url };
const mirrorWarning = {
  code: 'mirror',
  message: 'documents of https://images.example were read through a mirror',
};

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const prove = (
  asked: ChecksumsProof = proof,
  verifiers: AnyVerifier[] = [digest, checksums, tls],
): Promise<Evidence> => checksums.prove(asked, proofContext(mirrored(upstream), verifiers));

describe('a list of digests', () => {
  test('gives the digest and size of the file, and the list as a document', async () => {
    upstream.route('r1/SHA256SUMS', list);
    expect(await prove()).toEqual({
      level: 'checksum',
      digests: [sha256Of(image)],
      sizeBytes: 21,
      documents: [
        {
          url: url.href,
          sha256: sha256Of(list).slice(7),
          bytes: new Uint8Array(Buffer.from(list)),
        },
      ],
      warnings: [mirrorWarning],
    });
  });

  test('is searched for the name that the proof gives', async () => {
    upstream.route('r1/SHA256SUMS', `${hex}  demo.qcow2\n${'a'.repeat(64)}  alias.qcow2\n`);
    expect((await prove({ ...proof, name: 'alias.qcow2' })).digests).toEqual([
      `sha256:${'a'.repeat(64)}`,
    ]);
    await expect(prove({ ...proof, name: 'demo' })).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_DIGEST',
        details: expect.objectContaining({ reason: 'not-listed', from: url.href }),
      }),
    );
  });

  test('keeps secrets of its address out of evidence and errors', async () => {
    upstream.route('r1/SHA256SUMS', list);
    const secret = { ...proof, url: new URL(`${url.href}?token=secret`) };
    expect(JSON.stringify((await prove(secret)).documents.map((one) => one.url))).toBe(
      JSON.stringify([url.href]),
    );
    upstream.route('r1/SHA256SUMS', 'gone');
    await expect(prove(secret)).rejects.toThrow(expect.not.stringContaining('secret'));
  });

  test.each([
    ['a portal page', '<html><body>Sign in</body></html>', 'ERR_METADATA'],
    ['a list of MD5', `${hex.slice(32)}  demo.qcow2\n`, 'ERR_DIGEST'],
    ['two digests for one name', `${list}${'a'.repeat(64)} *demo.qcow2\n`, 'ERR_DIGEST'],
    [
      'a clear-signed list instead of its body',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${list}`,
      'ERR_METADATA',
    ],
  ])('%s is refused, naming the address', async (_title, body, code) => {
    upstream.route('r1/SHA256SUMS', body);
    await expect(prove()).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(url.pathname) }),
    );
  });

  test('that is not available is the error of the transfer', async () => {
    await expect(prove()).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_HTTP_STATUS',
        details: expect.objectContaining({ status: 404 }),
      }),
    );
  });

  test('that should be signed is not read without its signature', async () => {
    upstream.route('r1/SHA256SUMS', list);
    const { fingerprint, publicKey: key } = createOpenpgpSigner();
    const [signers, keys] = [[fingerprint], [{ fingerprint, key }]];
    const inline: Signature = { form: 'openpgp', at: 'inline', signers, keys };
    await expect(prove({ ...proof, signature: inline })).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_SIGNATURE',
        details: expect.objectContaining({ reason: 'malformed' }),
      }),
    );
    const detached: Signature = { ...inline, at: new URL(`${url.href}.gpg`) };
    await expect(prove({ ...proof, signature: detached })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SIGNATURE_MISSING' }),
    );
  });

  test('is not awaited after an abort, whose reason ends the call', async () => {
    const control = new AbortController();
    upstream.route('r1/SHA256SUMS', () => control.abort(new Error('enough')));
    const context = proofContext(mirrored(upstream), [], control.signal);
    await expect(checksums.prove(proof, context)).rejects.toThrow('enough');
  });

  test('has no warning when it comes from the host itself, and a warning when it is an older copy', async ({
    skip,
  }) => {
    const identity = makeCertificate();
    if (identity === undefined) return skip();
    const storeDir = await mkdtemp(join(tmpdir(), 'rootdisk-proof-'));
    const server = await startTlsServer(identity, (_request, response) => response.end(list));
    try {
      const own = new URL('r1/SHA256SUMS', server.url);
      const options = { ca: [identity.cert], storeDir };
      const ask = () => checksums.prove({ kind: 'checksums', url: own }, proofContext(options));
      expect((await ask()).warnings).toEqual([]);
      await server.close();
      const later = await ask();
      expect(later.digests).toEqual([sha256Of(image)]);
      expect(later.warnings).toEqual([
        { code: 'stale', message: expect.stringContaining(own.origin) },
      ]);
    } finally {
      await server.close().catch(() => undefined);
      await rm(storeDir, { recursive: true });
    }
  });
});

describe('a list that another document proves', () => {
  const release = (text: string): string =>
    `Suite: stable\nSHA256:\n ${sha256Of(text).slice(7)} ${text.length} r1/SHA256SUMS\n`;
  const via: ChecksumsProof = {
    kind: 'checksums',
    url: new URL('Release', site),
    name: 'r1/SHA256SUMS',
  };

  test('depends on both documents', async () => {
    upstream.route('r1/SHA256SUMS', list);
    upstream.route('Release', release(list));
    const evidence = await prove({ ...proof, via });
    expect(evidence.digests).toEqual([sha256Of(image)]);
    expect(evidence.sizeBytes).toBe(21);
    expect(evidence.documents.map((one) => one.url)).toEqual([`${site}Release`, url.href]);
    expect(evidence.warnings).toEqual([mirrorWarning, mirrorWarning]);
  });

  test('is searched for the last segment of its address', async () => {
    upstream.route('r1/SHA256SUMS', list);
    upstream.route('Release', `${sha256Of(list).slice(7)}  SHA256SUMS\n`);
    const { name: _name, ...byFileName } = via;
    expect((await prove({ ...proof, via: byFileName })).digests).toEqual([sha256Of(image)]);
  });

  test('has its SHA-512 compared as well', async () => {
    upstream.route('r1/SHA256SUMS', list);
    const inline = { kind: 'digest', digest: digestOf('sha512', list), from: 'index' } as const;
    expect((await prove({ ...proof, via: inline })).level).toBe('checksum');
    const other = { ...inline, digest: digestOf('sha512', image) };
    await expect(prove({ ...proof, via: other })).rejects.toThrow(/its proof says sha512:/);
  });

  test('is requested again without any cache if the first copy is old', async () => {
    const old = `${'a'.repeat(64)}  demo.qcow2\n`;
    upstream.route('Release', release(list));
    upstream.route('r1/SHA256SUMS', (request, response) => {
      const past = /no-cache/.test(String(request.headers['cache-control']));
      response.end(past ? list : old);
    });
    const evidence = await prove({ ...proof, via });
    expect(evidence.digests).toEqual([sha256Of(image)]);
    expect(evidence.documents.at(-1)?.sha256).toBe(sha256Of(list).slice(7));
    expect(upstream.requests.filter(({ path }) => path === '/r1/SHA256SUMS')).toHaveLength(2);
  });

  test.each([
    ['other bytes of the same length', list.replace('21', '22'), 'ERR_DIGEST'],
    ['another length', `${list}\n`, 'ERR_SIZE'],
  ])('is refused for %s twice', async (_title, served, code) => {
    upstream.route('Release', release(list));
    upstream.route('r1/SHA256SUMS', served);
    await expect(prove({ ...proof, via })).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(url.href) }),
    );
    expect(upstream.requests.filter(({ path }) => path === '/r1/SHA256SUMS')).toHaveLength(2);
  });

  test('fails immediately if its proof does not name it', async () => {
    upstream.route('r1/SHA256SUMS', list);
    upstream.route('Release', `${hex}  other\n`);
    await expect(prove({ ...proof, via })).rejects.toThrow(/does not list r1\/SHA256SUMS/);
    expect(upstream.requests.filter(({ path }) => path === '/r1/SHA256SUMS')).toHaveLength(1);
  });

  test('that only TLS proves counts as an ordinary checksum', async () => {
    upstream.route('r1/SHA256SUMS', list);
    const evidence = await prove({ ...proof, via: { kind: 'tls', reason: 'no list of lists' } });
    expect(evidence.level).toBe('checksum');
    expect(evidence.warnings.map(({ code }) => code)).toEqual(['tls-only', 'mirror']);
  });

  const signer = { fingerprint: 'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81' };
  const signedAt = new Date('2026-07-25T00:00:00Z');
  const signature: Signature = { form: 'openpgp', at: url, signers: [], keys: [] };

  /** Accepts a document with the bytes of `good`; has the interface of every check of a stream. */
  const covering = (good: string): AnyVerifier =>
    defineVerifier({
      kind: 'signature',
      async prove() {
        let seen = '';
        return {
          level: 'signed',
          digests: [],
          documents: [],
          warnings: [],
          check: {
            update: (chunk) => {
              seen += Buffer.from(chunk).toString();
            },
            finish: async () => {
              if (seen === good)
                return { signer, signedAt, warnings: [{ code: 'old', message: '' }] };
              const message = 'the signature covers other bytes';
              throw new IntegrityError({ code: 'ERR_SIGNATURE', message, details: {} });
            },
          },
        };
      },
    });

  test('a signature over the list makes it signed', async () => {
    upstream.route('r1/SHA256SUMS', list);
    const evidence = await prove({ ...proof, via: { kind: 'signature', signature } }, [
      covering(list),
    ]);
    expect(evidence).toMatchObject({ level: 'signed', signer, signedAt });
    expect(evidence.warnings.map(({ code }) => code)).toEqual(['old', 'mirror']);
    expect(evidence.check).toBeUndefined();
  });

  test('a signature over other bytes is refused after a second request', async () => {
    upstream.route('r1/SHA256SUMS', list);
    await expect(
      prove({ ...proof, via: { kind: 'signature', signature } }, [covering('other')]),
    ).rejects.toThrow(expect.objectContaining({ code: 'ERR_SIGNATURE' }));
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('a bare digest, which names no file', () => {
  const bare = `${hex}\n`;
  const { fingerprint, publicKey: key, signDetached, clearsign } = createOpenpgpSigner();
  const signers = [fingerprint];
  const keyed = { form: 'openpgp' as const, signers, keys: [{ fingerprint, key }] };
  const before = new Date('2026-11-01');
  const inline: Signature = { ...keyed, at: 'inline' };
  const detached: Signature = { ...keyed, at: new URL(`${url.href}.gpg`) };
  const via = { kind: 'digest', digest: sha256Of(bare), from: 'index' } as const;
  const notListed = expect.objectContaining({
    code: 'ERR_DIGEST',
    details: expect.objectContaining({ reason: 'not-listed' }),
  });

  test('is that of the file if the vendor gives the address', async () => {
    upstream.route('r1/SHA256SUMS', bare);
    expect((await prove()).digests).toEqual([sha256Of(image)]);
  });

  test('is ignored under a signature, which might be that of another file', async () => {
    upstream.route('r1/SHA256SUMS', bare);
    upstream.route('r1/SHA256SUMS.gpg', signDetached(Buffer.from(bare), before));
    await expect(prove({ ...proof, signature: detached })).rejects.toThrow(notListed);
    await expect(prove({ ...proof, via })).rejects.toThrow(notListed);
    upstream.route('r1/SHA256SUMS', clearsign(bare, before));
    await expect(prove({ ...proof, signature: inline })).rejects.toThrow(notListed);
  });

  test('counts under a signature if the vendor knows it as the sidecar of this file', async () => {
    upstream.route('r1/SHA256SUMS', bare);
    upstream.route('r1/SHA256SUMS.gpg', signDetached(Buffer.from(bare), before));
    const evidence = await prove({ ...proof, signature: detached, sidecar: true });
    expect(evidence).toMatchObject({ level: 'signed', digests: [sha256Of(image)] });
    expect((await prove({ ...proof, via, sidecar: true })).digests).toEqual([sha256Of(image)]);
  });
});
