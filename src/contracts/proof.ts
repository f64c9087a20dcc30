import type { Log, Warning } from './log.ts';
import type { MetadataClient } from './metadata.ts';

/** Lower-case hex behind the name of the hash. */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** Best first: see `trustLevels`. */
export type TrustLevel = 'none' | 'tls' | 'checksum' | 'pinned' | 'signed';

/** Worst first, so that the index compares. */
export const trustLevels: readonly TrustLevel[] = ['none', 'tls', 'checksum', 'pinned', 'signed'];

/** Where key material comes from; `fingerprint` is full, upper-case hex. */
export interface KeySource {
  fingerprint: string;
  /** Armored or encoded key, shipped or given by the caller. */
  key?: string;
  /** Addresses that serve the key, none on the host that serves the images. */
  urls?: URL[];
}

export type Signature =
  | {
      form: 'openpgp' | 'signify' | 'minisign';
      at: 'inline' | URL;
      signers: string[];
      keys: KeySource[];
    }
  | { form: 'sigstore'; at: URL; identity: string; issuer: string };

/** How a list of digests is written; recognised from its content when not said. */
export type ChecksumDialect = 'sums' | 'deb822' | 'simplestreams';

/** Inline in metadata that came over TLS. `of: 'disk'` speaks of the decoded disk. */
export interface DigestProof {
  kind: 'digest';
  digest: Digest;
  of?: 'artifact' | 'disk';
  from: string;
}
/** A list or sidecar; `name` defaults to the artifact's file name; `via` proves the list itself. */
export interface ChecksumsProof {
  kind: 'checksums';
  url: URL;
  name?: string;
  dialect?: ChecksumDialect;
  signature?: Signature;
  via?: Proof;
}
/** Over the image bytes themselves. */
export interface SignatureProof {
  kind: 'signature';
  signature: Signature;
}
/** Nothing better exists, and `reason` says so aloud. */
export interface TlsProof {
  kind: 'tls';
  reason: string;
}
export type Proof = DigestProof | ChecksumsProof | SignatureProof | TlsProof;

export interface Signer {
  fingerprint: string;
  subkey?: string;
  userId?: string;
}

/** A document that evidence rests on, kept so that origin can be proved again offline. */
export interface EvidenceDocument {
  url: string;
  sha256: string;
  bytes: Uint8Array;
}

/** When the signature covers the image: fed with every chunk of the one pass, asked at the end. */
export interface StreamCheck {
  update(chunk: Uint8Array): void;
  /** Throws `ERR_SIGNATURE` when the signature does not cover what came. */
  finish(): Promise<{ signer?: Signer; signedAt?: Date; warnings: Warning[] }>;
}

/** What a proof yields: expected digests and how far they can be trusted. */
export interface Evidence {
  level: TrustLevel;
  digests: Digest[];
  /** Expected digests of the decoded disk. */
  diskDigests?: Digest[];
  sizeBytes?: number;
  signer?: Signer;
  signedAt?: Date;
  documents: EvidenceDocument[];
  warnings: Warning[];
  check?: StreamCheck;
}

export interface ProofContext {
  http: MetadataClient;
  signal: AbortSignal;
  log: Log;
  now: Date;
  /** The file that is to be proved: its published name and its address. */
  fileName: string;
  url: URL;
  /** Proves another document, for `via`. */
  prove(proof: Proof, subject: { fileName: string; url: URL }): Promise<Evidence>;
}

/** Turns one kind of proof into evidence. No image byte moves here. */
export interface Verifier<K extends Proof['kind'] = Proof['kind']> {
  kind: K;
  prove(proof: Extract<Proof, { kind: K }>, context: ProofContext): Promise<Evidence>;
}
/** A verifier of whichever kind, as it stands in a list of parts. */
export type AnyVerifier = { [K in Proof['kind']]: Verifier<K> }[Proof['kind']];
