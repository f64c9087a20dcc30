import type { Log, Warning } from './log.ts';
import type { MetadataClient } from './metadata.ts';

/** Lower-case hex behind the name of the hash. */
export type Digest = `sha256:${string}` | `sha512:${string}`;

const levels = ['none', 'tls', 'checksum', 'pinned', 'signed'] as const;

/** What vouches for an image at least; each level is better than the one before it: see `trustLevels`. */
export type TrustLevel = (typeof levels)[number];

/** Worst first, so that the index compares. */
export const trustLevels: readonly TrustLevel[] = levels;

/**
 * A pinned key and where its material comes from. `fingerprint` is the full one of the primary key in upper-case hex
 * (OpenPGP), or the key number in upper-case hex (signify, minisign).
 */
export interface KeySource {
  fingerprint: string;
  /** Armored or encoded key, shipped with the vendor and loaded on use. */
  key?: string | (() => Promise<string>) | undefined;
  /** Addresses that serve the key, none on the host that serves the images; used only when the fingerprint matches. */
  urls?: URL[] | undefined;
  /** Where the fingerprint is known from and when it was looked at, for people. */
  origin?: string | undefined;
}

export type Signature =
  | {
      form: 'openpgp' | 'signify' | 'minisign';
      at: 'inline' | URL;
      /** Fingerprints that may sign: of primary keys, or of single subkeys. */
      signers: string[];
      keys: KeySource[];
    }
  | { form: 'sigstore'; at: URL; identity: string; issuer: string }
  /**
   * Of a manifest in a registry, by `cosign sign --key`: a bundle is at `at`, or the payload whose `signature` (base64) is given.
   * `signers` are sha256 of public keys (DER) in upper-case hex; the keys, PEM, are given with the call.
   */
  | { form: 'cosign'; at: URL; signature?: string | undefined; signers: string[] };

/**
 * How a list of digests is written; recognised from its content when not said. `oci-manifest`, a manifest or an index of a
 * registry, has to be said: it names everything by its digest (`name`), and is asked for by its media types.
 */
export type ChecksumDialect = 'sums' | 'deb822' | 'simplestreams' | 'oci-manifest';

/** Inline in metadata that came over TLS. `of: 'disk'` speaks of the decoded disk. */
export interface DigestProof {
  kind: 'digest';
  digest: Digest;
  of?: 'artifact' | 'disk' | undefined;
  from: string;
}
/**
 * A list or sidecar; `name` defaults to the artifact's file name, and `aliases` are other names of the same file that count
 * when it is not there; `via` proves the list itself. A list that is signed or proved must name the file, unless it is its
 * `sidecar`: a list of this one file by its address, which may be a bare digest.
 */
export interface ChecksumsProof {
  kind: 'checksums';
  url: URL;
  name?: string | undefined;
  aliases?: string[] | undefined;
  dialect?: ChecksumDialect | undefined;
  sidecar?: true | undefined;
  signature?: Signature | undefined;
  via?: Proof | undefined;
}
/**
 * Over the image bytes themselves; or over a document (`of`) that the resolution rests on though it says nothing of the
 * bytes, such as which suite is stable.
 */
export interface SignatureProof {
  kind: 'signature';
  signature: Signature;
  of?: URL | undefined;
}
/** Nothing better exists, and `reason` says so aloud. */
export interface TlsProof {
  kind: 'tls';
  reason: string;
}
/** The kinds of proof that this package reads itself. */
export type BuiltInProof = DigestProof | ChecksumsProof | SignatureProof | TlsProof;

declare global {
  /**
   * Kinds of proof that plug-ins bring, by their `kind`. A plug-in declares its own, and from then on vendors may offer it
   * and `defineVerifier` takes a verifier of it:
   * `declare global { interface RootdiskProofs { receipt: ReceiptProof } }`.
   */
  interface RootdiskProofs {}
}
/** A kind of proof that a plug-in brings, with whatever its verifier reads. */
export interface OwnProof {
  kind: string;
  /** The best level that it can give, which `auto` then demands; default: `checksum`. */
  offers?: TrustLevel | undefined;
}
export type Proof = BuiltInProof | Extract<RootdiskProofs[keyof RootdiskProofs], OwnProof>;

export interface Signer {
  fingerprint: string;
  subkey?: string | undefined;
  userId?: string | undefined;
  /** Whose key counted: one that the vendor names, or one that only the caller gave. Absent for a document at hand. */
  keyOrigin?: KeyOrigin | undefined;
}
export type KeyOrigin = 'vendor' | 'caller';

/** A document that evidence rests on, kept so that origin can be proved again offline. */
export interface EvidenceDocument {
  url: string;
  sha256: string;
  bytes: Uint8Array;
  /** When it was signed, where it was: a later copy of the same address may not be older. */
  signedAt?: Date | undefined;
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
  diskDigests?: Digest[] | undefined;
  sizeBytes?: number | undefined;
  signer?: Signer | undefined;
  signedAt?: Date | undefined;
  documents: EvidenceDocument[];
  warnings: Warning[];
  check?: StreamCheck | undefined;
}

/** Keys that the caller gave for this source. */
export interface GivenKeys {
  /** Armored or encoded keys. */
  keys: string[];
  /** They stand in for the vendor's own keys instead of beside them. */
  replace: boolean;
}

/** What a signature over a document says once it holds. */
export interface SignedDocument {
  /** The bytes that were signed, and nothing else of the file. */
  body: Uint8Array;
  signer: Signer;
  signedAt?: Date | undefined;
  warnings: Warning[];
}

/** A document with its signature, at hand: what `verify` on the command line looks at. */
export interface DocumentToVerify {
  document: Uint8Array;
  /** A detached signature or bundle; absent where the document carries its own. */
  signature?: Uint8Array;
  /**
   * Armored or encoded keys, each file with one or several. They choose the form of the signature. With `identity` only
   * trusted roots of Sigstore.
   */
  keys: Uint8Array[];
  /**
   * Who must have signed a Sigstore bundle: the certificate's subject alternative name to the letter, or a regular expression
   * from `^` to `$`. Needs `issuer`, and excludes keys.
   */
  identity?: string | undefined;
  /** Who must have vouched for `identity`, to the letter. */
  issuer?: string | undefined;
  now: Date;
  /** For messages. */
  name: string;
}

export interface ProofContext {
  http: MetadataClient;
  signal: AbortSignal;
  log: Log;
  now: Date;
  given: GivenKeys;
  /** The level that the call demands: what a proof offers beyond it is best effort. */
  wanted: TrustLevel;
  /** The file that is to be proved: its published name and its address. */
  fileName: string;
  url: URL;
  /** Proves another document, for `via`. */
  prove(proof: Proof, subject: { fileName: string; url: URL }): Promise<Evidence>;
}

/** Turns one kind of proof into evidence. No image byte moves here. */
export interface Verifier<K extends Proof['kind'] = Proof['kind']> {
  kind: K;
  /** Version of this contract that it was written for; default: 1. */
  apiVersion?: 1 | undefined;
  prove(proof: Extract<Proof, { kind: K }>, context: ProofContext): Promise<Evidence>;
  /** Checks a document that is at hand, whatever its form; throws the refusals of `refuseSignature`. */
  verifyDocument?: ((subject: DocumentToVerify) => Promise<SignedDocument>) | undefined;
}
/** A verifier of whichever kind, as it stands in a list of parts. */
export type AnyVerifier = { [K in Proof['kind']]: Verifier<K> }[Proof['kind']];
