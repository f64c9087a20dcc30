import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type BundlePolicy, isBundle, verifyBundle } from '../../../verifiers/sigstore/index.ts';
import { laterReasonOf } from '../refusal.ts';
import { type BundleOptions, makeBundle, makeSigstore } from './make-bundle.ts';

const sigstore = makeSigstore();
const artifact = Buffer.from('00  metal-amd64.raw.zst\n');
const policy: BundlePolicy = {
  identity: 'signer@example.com',
  issuer: 'https://issuer.example.com',
  trustedRoot: sigstore.trustedRoot,
  now: new Date('2026-11-20'),
  name: 'sha256sum.txt',
};
const verdict = {
  signer: {
    fingerprint: expect.stringMatching(/^[0-9A-F]{64}$/),
    userId: 'signer@example.com (https://issuer.example.com)',
  },
  signedAt: new Date('2026-06-01'),
  warnings: [],
};

test('accepts a bundle for its artifact', async () => {
  const bundle = makeBundle(sigstore, artifact);
  expect(isBundle(bundle)).toBe(true);
  expect(await verifyBundle(artifact, bundle, policy)).toEqual(verdict);
});

const make = (options: BundleOptions) => makeBundle(sigstore, artifact, options);
const holds = (options: BundleOptions, more: Partial<BundlePolicy> = {}) =>
  laterReasonOf(verifyBundle(artifact, make(options), { ...policy, ...more }));

describe('the allowed signers', () => {
  test.each([
    ['signer@example.com', 'holds'],
    ['^[^@]+@example\\.com$', 'holds'],
    ['signer@example.co', 'signer-unknown'],
    ['igner@example.com', 'signer-unknown'],
    ['signer.example.com', 'signer-unknown'],
    ['^[^@]+@example', 'signer-unknown'],
    ['^[^@]+@example$', 'signer-unknown'],
    ['^(signer$', 'unsupported'],
    ['^nobody@example\\.com|signer$', 'signer-unknown'],
    ['^nobody@example\\.com|signer@example\\.com$', 'holds'],
  ])('%s: %s', async (identity, reason) => {
    expect(await holds({}, { identity })).toBe(reason);
  });

  test('not an identity from another issuer', async () => {
    expect(await holds({}, { issuer: 'https://issuer.example.org' })).toBe('signer-unknown');
    expect(await holds({ issuer: 'https://issuer.example.com.org' })).toBe('signer-unknown');
  });
});

const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const other = createHash('sha256').update('another artifact').digest();

describe('refuses', () => {
  test.each<[string, BundleOptions, string]>([
    ['a signature by another key', { signWith: foreign }, 'signature-bad'],
    ['a digest of something else', { digest: other }, 'signature-bad'],
    ['a time before the certificate', { signedAt: new Date('2025-12-31') }, 'signature-bad'],
    ['a time after the certificate', { signedAt: new Date('2027-01-02') }, 'signature-bad'],
    ['a future time', { signedAt: new Date('2026-12-24') }, 'signed-in-future'],
    [
      'a log entry of another time',
      {
        change: ({ verificationMaterial: { tlogEntries } }) => {
          for (const entry of tlogEntries) entry.integratedTime = '1780000001';
        },
      },
      'signature-bad',
    ],
    [
      'no log entry',
      {
        change: ({ verificationMaterial }) => {
          verificationMaterial.tlogEntries = [];
        },
      },
      'signature-bad',
    ],
    [
      'a signature that is not the logged one',
      {
        change: ({ messageSignature }) => {
          messageSignature.signature = 'MAYCAQECAQE=';
        },
      },
      'signature-bad',
    ],
    [
      'a digest that is not the logged one',
      {
        change: ({ messageSignature }) => {
          messageSignature.messageDigest.digest = other.toString('base64');
        },
      },
      'signature-bad',
    ],
    [
      'another hash',
      {
        change: ({ messageSignature }) => {
          messageSignature.messageDigest.algorithm = 'SHA2_512';
        },
      },
      'unsupported',
    ],
    [
      'an envelope, which is not a signature over the artifact',
      {
        change: (bundle) => {
          const signatures = [{ sig: 'AAAA', keyid: '' }];
          const payloadType = 'application/vnd.in-toto+json';
          const dsseEnvelope = { payload: 'e30=', payloadType, signatures };
          Object.assign(bundle, { messageSignature: undefined, dsseEnvelope });
        },
      },
      'unsupported',
    ],
    [
      'another media type',
      {
        change: (bundle) => {
          bundle.mediaType = 'text/plain';
        },
      },
      'malformed',
    ],
    [
      'an invalid certificate',
      {
        change: ({ verificationMaterial: { x509CertificateChain } }) => {
          x509CertificateChain.certificates = [{ rawBytes: 'AAAA' }];
        },
      },
      'signature-bad',
    ],
  ])('%s', async (_, options, reason) => {
    expect(await holds(options)).toBe(reason);
  });

  test('another artifact', async () => {
    const check = verifyBundle(Buffer.from('x'), make({}), policy);
    expect(await laterReasonOf(check)).toBe('signature-bad');
  });

  test('another trusted root', async () => {
    expect(await holds({}, { trustedRoot: makeSigstore().trustedRoot })).toBe('signature-bad');
    const { trustedRoot: _, ...withShippedRoot } = policy;
    const check = verifyBundle(artifact, make({}), withShippedRoot);
    expect(await laterReasonOf(check)).toBe('signature-bad');
    for (const trustedRoot of ['', '{}', '[]', 'null', '{"tlogs":[{}]}', new Uint8Array([255])]) {
      expect(await holds({}, { trustedRoot })).toBe('key-unusable');
    }
  });

  test.each(['', '{}', '[]', 'null', '{"mediaType":7}', '{'.repeat(100_000), ' '.repeat(2 ** 21)])(
    'bytes that are not a bundle: %.20s',
    async (text) => {
      const check = verifyBundle(artifact, Buffer.from(text), policy);
      expect(await laterReasonOf(check)).toBe('malformed');
    },
  );
});

test('a bundle with any value missing or of another type, always with a typed error', async () => {
  const free: string[] = [];
  const whole: unknown = JSON.parse(make({}).toString());
  for (const path of pathsOf(whole)) {
    for (const value of [undefined, null, 8, '!', [], {}]) {
      const changed: unknown = structuredClone(whole);
      setAt(changed, path, value);
      const bundle = Buffer.from(JSON.stringify(changed));
      const reason = await laterReasonOf(verifyBundle(artifact, bundle, policy));
      if (reason === 'holds') free.push(`${path.join('.')}: ${JSON.stringify(value)}`);
    }
  }
  expect(free).toEqual([]);
});

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...pathsOf(inner).map((path) => [name, ...path]),
  ]);
}

function setAt(value: unknown, [name = '', ...rest]: string[], to: unknown): void {
  const holder = Object(value);
  if (rest.length === 0) holder[name] = to;
  else setAt(holder[name], rest, to);
}

test('names the command that installs its packages if they are missing', async () => {
  const module = new URL('../../../verifiers/sigstore/index.ts', import.meta.url);
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve: (name, context, next) =>
        next(name.startsWith('@sigstore/') ? './missing/' + name : name, context),
    });
    const { verifyBundle } = await import(${JSON.stringify(fileURLToPath(module))});
    const bytes = new Uint8Array(0);
    await verifyBundle(bytes, bytes, { now: new Date(), name: 'x' }).catch((error) => {
      const { code, hint, details: { reason } } = error;
      console.log(JSON.stringify({ code, hint, reason }));
    });`;
  const options = ['--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  expect(JSON.parse(stdout)).toEqual({
    code: 'ERR_SIGNATURE',
    reason: 'unsupported',
    hint: 'Install them: npm install @sigstore/verify @sigstore/bundle @sigstore/protobuf-specs @sigstore/tuf',
  });
});
