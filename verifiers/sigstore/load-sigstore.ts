import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { refuseSignature } from '../../src/kit.ts';

/** The packages that read and verify bundles: optional peers, so the user installs them. */
export interface SigstorePackages {
  bundle: typeof import('@sigstore/bundle');
  specs: typeof import('@sigstore/protobuf-specs');
  verify: typeof import('@sigstore/verify');
}

const install =
  'npm install @sigstore/verify @sigstore/bundle @sigstore/protobuf-specs @sigstore/tuf';

/** Loads the packages; if they are missing, the error names the command that installs them. */
export async function loadSigstore(): Promise<SigstorePackages> {
  requireDefaultDigest();
  try {
    // Each has its own `await`, because bundlers then see that a package may be missing.
    const bundle = await import('@sigstore/bundle');
    const specs = await import('@sigstore/protobuf-specs');
    const verify = await import('@sigstore/verify');
    return { bundle, specs, verify };
  } catch (cause) {
    throw refuseSignature('unsupported', 'the packages that verify Sigstore bundles are missing', {
      hint: `Install them: ${install}`,
      cause,
    });
  }
}

/**
 * The packages leave the digest of an ECDSA signature to the runtime, but Deno chooses none: every bundle would look
 * forged.
 */
function requireDefaultDigest(): void {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = Buffer.from('any data');
  try {
    if (verify(null, data, publicKey, sign('sha256', data, privateKey))) return;
    throw new Error('a test with a good signature failed');
  } catch (cause) {
    throw refuseSignature('unsupported', 'Sigstore bundles cannot be verified by this runtime', {
      hint: 'Run this with Node.js or Bun.',
      cause,
    });
  }
}

/** The public-good trusted root as `@sigstore/tuf` ships it, JSON; no network. */
export function readShippedRoot(): string {
  try {
    const seeds: unknown = createRequire(import.meta.url)('@sigstore/tuf/seeds.json');
    const repository = property(seeds, 'https://tuf-repo-cdn.sigstore.dev');
    const encoded = property(property(repository, 'targets'), 'trusted_root.json');
    if (typeof encoded !== 'string') throw new Error('it has no trusted_root.json');
    return Buffer.from(encoded, 'base64').toString();
  } catch (cause) {
    throw refuseSignature('key-unreachable', 'there is no trusted root of Sigstore', {
      hint: 'Install one: npm install @sigstore/tuf; or give a trusted_root.json: --key FILE, or the option keys.',
      cause,
    });
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
