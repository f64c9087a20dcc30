import type { Log, Warning } from './log.ts';
import type { MetadataClient } from './metadata.ts';

/** Name of the hash, a colon, and lower-case hex. */
export type Digest = `sha256:${string}` | `sha512:${string}`;

const levels = ['none', 'tls', 'checksum', 'pinned', 'signed'] as const;

/** How well an image is verified, at least; each level is better than the one before it: see `trustLevels`. */
export type TrustLevel = (typeof levels)[number];

/** Worst first, so that an index can be compared. */
export const trustLevels: readonly TrustLevel[] = levels;

/**
 * A pinned key and the source of its material. `fingerprint` is the full fingerprint of the primary key in upper-case
 * hex (OpenPGP), or the key number in upper-case hex (signify, minisign).
 */
export interface KeySource {
  fingerprint: string;
  /** Armored or encoded key, shipped with the vendor and loaded on use. */
  key?: string | (() => Promise<string>) | undefined;
  /**
   * Addresses that serve the key, none on the host of the images; a fetched key is used only if its fingerprint
   * matches.
   */
  urls?: URL[] | undefined;
  /** Where the fingerprint was published and when it was checked, for people. */
  origin?: string | undefined;
}

/** Form, location and permitted signers of a signature. */
export type Signature =
  | {
      form: 'openpgp' | 'signify' | 'minisign';
      at: 'inline' | URL;
      /** Fingerprints that may sign, of primary keys or of single subkeys. */
      signers: string[];
      keys: KeySource[];
    }
  | { form: 'sigstore'; at: URL; identity: string; issuer: string }
  /**
   * A signature of a manifest in a registry, made with `cosign sign --key`: either a bundle at `at`, or the payload
   * at `at` with its `signature` (base64). `signers` are the sha256 of public keys (DER) in upper-case hex; the call
   * gives the keys as PEM.
   */
  | { form: 'cosign'; at: URL; signature?: string | undefined; signers: string[] };

/**
 * Syntax of a list of digests; detected from the content if absent. `oci-manifest`, a manifest or an index of a
 * registry, must be stated: it names everything by digest (`name`) and is requested with its own media types.
 */
export type ChecksumDialect = 'sums' | 'deb822' | 'simplestreams' | 'oci-manifest';

/** A digest stated in metadata that came over TLS. `of: 'disk'`: it is the digest of the decoded disk. */
export interface DigestProof {
  kind: 'digest';
  digest: Digest;
  of?: 'artifact' | 'disk' | undefined;
  from: string;
}
/**
 * A checksum list or sidecar. `name` defaults to the file name of the artifact; `aliases` are other names of the same
 * file, used if the list lacks `name`; `via` proves the list itself. A signed or proved list must name the file,
 * unless it is its `sidecar`: a list for this one file, known by its address, which may hold only a digest.
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
 * A signature over the image bytes; or over a document (`of`) that the resolution depends on although it does not
 * name the image, such as the one that says which suite is stable.
 */
export interface SignatureProof {
  kind: 'signature';
  signature: Signature;
  of?: URL | undefined;
}
/** There is no better proof; `reason` says why. */
export interface TlsProof {
  kind: 'tls';
  reason: string;
}
/** The kinds of proof that this package verifies itself. */
export type BuiltInProof = DigestProof | ChecksumsProof | SignatureProof | TlsProof;

declare global {
  /**
   * Kinds of proof that plug-ins add, by their `kind`. After a plug-in has declared its own, vendors may offer it and
   * `defineVerifier` accepts a verifier of it: `declare global { interface RootdiskProofs { receipt: ReceiptProof }
   * }`.
   */
  interface RootdiskProofs {}
}
/** A kind of proof that a plug-in adds, with the fields that its verifier reads. */
export interface OwnProof {
  kind: string;
  /** The best level that it can give, which `auto` then requires; default: `checksum`. */
  offers?: TrustLevel | undefined;
}
/** A built-in proof, or one that a plug-in declares in `RootdiskProofs`. */
export type Proof = BuiltInProof | Extract<RootdiskProofs[keyof RootdiskProofs], OwnProof>;

/** The key, or the identity, whose signature was valid. */
export interface Signer {
  fingerprint: string;
  subkey?: string | undefined;
  userId?: string | undefined;
  /**
   * Origin of the key: named by the vendor, or given only by the caller. Absent when `verifyDocument` checks a local
   * document.
   */
  keyOrigin?: KeyOrigin | undefined;
}
/** `vendor`: the vendor names the key. `caller`: only the caller gave it. */
export type KeyOrigin = 'vendor' | 'caller';

/** A document that evidence depends on, kept so that the origin can be proved again offline. */
export interface EvidenceDocument {
  url: string;
  sha256: string;
  bytes: Uint8Array;
  /** Date of its signature, if it has one: a later copy from the same address must not be older. */
  signedAt?: Date | undefined;
}

/** For a signature over the image: receives every chunk of the download, and is asked at the end. */
export interface StreamCheck {
  update(chunk: Uint8Array): void;
  /** Throws `ERR_SIGNATURE` if the signature does not cover the received bytes. */
  finish(): Promise<{ signer?: Signer; signedAt?: Date; warnings: Warning[] }>;
}

/** The result of a proof: expected digests and their trust level. */
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
  /** True: they replace the vendor's own keys; false: they are added. */
  replace: boolean;
}

/** The content of a valid signature over a document. */
export interface SignedDocument {
  /** The signed bytes only, without the rest of the file. */
  body: Uint8Array;
  signer: Signer;
  signedAt?: Date | undefined;
  warnings: Warning[];
}

/** A local document with its signature, as for the command `verify`. */
export interface DocumentToVerify {
  document: Uint8Array;
  /** A detached signature or bundle; absent if the document contains its signature. */
  signature?: Uint8Array;
  /**
   * Armored or encoded keys, one or several in each file. They determine the form of the signature. With `identity`:
   * only trusted roots of Sigstore.
   */
  keys: Uint8Array[];
  /**
   * Required signer of a Sigstore bundle: the exact subject alternative name of the certificate, or a regular
   * expression from `^` to `$`. Needs `issuer`, and excludes keys.
   */
  identity?: string | undefined;
  /** Required issuer that vouched for `identity`; must match exactly. */
  issuer?: string | undefined;
  now: Date;
  /** Name of the document in messages. */
  name: string;
}

/** What a verifier receives besides the proof. */
export interface ProofContext {
  http: MetadataClient;
  signal: AbortSignal;
  log: Log;
  now: Date;
  given: GivenKeys;
  /** The level that the call requires; a proof may try to give more, but need not. */
  wanted: TrustLevel;
  /** Published name of the file to be proved; `url` is its address. */
  fileName: string;
  url: URL;
  /** Proves another document, for `via`. */
  prove(proof: Proof, subject: { fileName: string; url: URL }): Promise<Evidence>;
}

/** Turns one kind of proof into evidence. It transfers no image byte. */
export interface Verifier<K extends Proof['kind'] = Proof['kind']> {
  kind: K;
  /** Version of this contract that the verifier implements; default: 1. */
  apiVersion?: 1 | undefined;
  prove(proof: Extract<Proof, { kind: K }>, context: ProofContext): Promise<Evidence>;
  /** Checks a local document of any form; throws the errors of `refuseSignature`. */
  verifyDocument?: ((subject: DocumentToVerify) => Promise<SignedDocument>) | undefined;
}
/** A verifier of any kind, as in a list of parts. */
export type AnyVerifier = { [K in Proof['kind']]: Verifier<K> }[Proof['kind']];
