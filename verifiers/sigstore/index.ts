import { createHash, type KeyObject } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import type { SignedEntity, Signer as SigstoreSigner, TrustMaterial } from '@sigstore/verify';
import { defined, type IntegrityError, refuseSignature } from '../../src/kit.ts';
import { readSubjects } from '../shared/statement.ts';
import { refuseFuture, type Verdict } from '../shared/verdict.ts';
import { loadSigstore, readShippedRoot, type SigstorePackages } from './load-sigstore.ts';
import { type IdentityPolicy, requireIdentity } from './match-identity.ts';

/** The required signer, the root, and the current time. */
export interface BundlePolicy extends IdentityPolicy {
  /** A `trusted_root.json`; absent: the public-good root that `@sigstore/tuf` ships. */
  trustedRoot?: string | Uint8Array | undefined;
  now: Date;
  /** For messages. */
  name: string;
}

/** True if the bytes look like a Sigstore bundle. */
export function isBundle(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  return /^\s*\{/.test(head) && head.includes('application/vnd.dev.sigstore.bundle');
}

/** Checks the bundle of these bytes: certificate, transparency log, identity and signature. */
export async function verifyBundle(
  artifact: Uint8Array,
  bundle: Uint8Array,
  policy: BundlePolicy,
): Promise<Verdict> {
  const { name } = policy;
  const packages = await loadSigstore();
  const read = readBundle(bundle, packages, name);
  requireDigest(read, packages, name, artifact);
  const trust = readRoot(policy.trustedRoot, packages);
  const { signer, entity } = checkEntity(read, trust, packages, name, artifact);

  const { subjectAlternativeName: identity, extensions } = signer.identity ?? {};
  const issuer = extensions?.issuer;
  if (identity === undefined || issuer === undefined) {
    throw refuseSignature(
      'unsupported',
      `${name}: the certificate of the bundle does not name a signer`,
    );
  }
  requireIdentity({ identity, issuer }, policy, name);
  const signedAt = readTime(entity);
  refuseFuture(signedAt, identity, policy);
  return {
    signer: { fingerprint: fingerprintOf(signer.key), userId: `${identity} (${issuer})` },
    ...defined({ signedAt }),
    warnings: [],
  };
}

function checkEntity(
  bundle: Bundle,
  trust: TrustMaterial,
  { verify: { toSignedEntity, Verifier } }: SigstorePackages,
  name: string,
  artifact: Uint8Array,
): { signer: SigstoreSigner; entity: SignedEntity } {
  try {
    const entity = toSignedEntity(bundle, Buffer.from(artifact));
    return { signer: new Verifier(trust).verify(entity), entity };
  } catch (error) {
    throw refuseSignature(
      'signature-bad',
      `${name} does not match its bundle: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

function readBundle(bytes: Uint8Array, { bundle }: SigstorePackages, name: string): Bundle {
  try {
    if (bytes.length > maxBundleBytes) throw new Error(`it is longer than ${maxBundleBytes} bytes`);
    return bundle.bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()));
  } catch (error) {
    throw refuseSignature('malformed', `${name}: not a Sigstore bundle: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** The bundle must be for this artifact: by the signed digest, or by the subjects of the signed statement. */
function requireDigest(
  { content }: Bundle,
  { specs }: SigstorePackages,
  name: string,
  artifact: Uint8Array,
): void {
  const actual = createHash('sha256').update(artifact).digest('hex');
  if (content.$case === 'dsseEnvelope') {
    const subjects = readSubjects(content.dsseEnvelope, name);
    if (!subjects.includes(actual)) throw ofAnother(name, subjects[0] ?? 'nothing', actual);
    return;
  }
  const message = content.messageSignature.messageDigest;
  if (message?.algorithm !== specs.HashAlgorithm.SHA2_256) {
    throw refuseSignature(
      'unsupported',
      `${name}: its bundle is not a signature over a sha256 digest`,
    );
  }
  const expected = Buffer.from(message.digest).toString('hex');
  if (actual !== expected) throw ofAnother(name, expected, actual);
}

function ofAnother(name: string, expected: string, actual: string): IntegrityError {
  return refuseSignature('signature-bad', `${name} is not the file that its bundle was made for`, {
    expected: `sha256:${expected}`,
    actual: `sha256:${actual}`,
  });
}

const maxBundleBytes = 1024 * 1024;

function readRoot(
  given: string | Uint8Array | undefined,
  { specs, verify: { toTrustMaterial } }: SigstorePackages,
): TrustMaterial {
  const text = given === undefined ? readShippedRoot() : Buffer.from(given).toString();
  try {
    const root = specs.TrustedRoot.fromJSON(JSON.parse(text));
    if (root.certificateAuthorities.length === 0) throw new Error('it does not name an authority');
    return toTrustMaterial(root);
  } catch (error) {
    throw refuseSignature('key-unusable', `not a trusted root of Sigstore: ${reasonOf(error)}`, {
      hint: 'Give a trusted_root.json: --key FILE, or the option keys.',
      cause: error,
    });
  }
}

/** The time when the transparency log or a timestamp authority saw the signature. */
function readTime({ timestamps }: SignedEntity): Date | undefined {
  for (const stamp of timestamps) {
    if (stamp.$case === 'timestamp-authority') return stamp.timestamp.signingTime;
    const { inclusionPromise, integratedTime } = stamp.tlogEntry;
    if (inclusionPromise !== undefined) return new Date(Number(integratedTime) * 1000);
  }
  return undefined;
}

/** The key is used only for minutes, but its hash identifies it. */
function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').toUpperCase();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
