import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { bitString, der, oid, sequence, utcTime } from './der.ts';

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** A certificate authority, a transparency log and a certificate log, made for one test. */
export interface MadeSigstore {
  authority: KeyPair;
  log: KeyPair;
  certificateLog: KeyPair;
  /** The `trusted_root.json` that trusts them. */
  trustedRoot: string;
}

export interface BundleOptions {
  identity?: string;
  issuer?: string;
  signedAt?: Date;
  /** False content of the bundle and the log about the artifact. */
  digest?: Uint8Array;
  /** Signs instead of the key of the certificate. */
  signWith?: KeyObject;
  curve?: 'P-256' | 'P-384';
  /** Changes the finished bundle. */
  change?: (bundle: MadeBundle) => void;
}

/** The JSON of a bundle, version 0.1. */
interface MadeBundle {
  mediaType: string;
  verificationMaterial: {
    x509CertificateChain: { certificates: { rawBytes: string }[] };
    tlogEntries: {
      logIndex: string;
      logId: { keyId: string };
      kindVersion: { kind: string; version: string };
      integratedTime: string;
      inclusionPromise: { signedEntryTimestamp: string };
      canonicalizedBody: string;
    }[];
  };
  messageSignature: {
    messageDigest: { algorithm: string; digest: string };
    signature: string;
  };
}

const made = new Date('2026-01-01T00:00:00Z');
const ended = new Date('2027-01-01T00:00:00Z');
const subject = sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from('made up')))));
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
export const makePair = (namedCurve = 'P-256'): KeyPair =>
  generateKeyPairSync('ec', { namedCurve });
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
export const idOf = ({ publicKey }: KeyPair): Buffer => sha256(spki(publicKey));

export function makeSigstore(): MadeSigstore {
  const [authority, log, certificateLog] = [makePair(), makePair(), makePair()];
  const root = certify(authority, authority.publicKey, [
    extension('2.5.29.19', sequence(der(0x01, Buffer.from([255])))),
    extension('2.5.29.15', der(0x03, Buffer.from([1, 0x06]))),
  ]);
  const validFor = { start: made.toISOString() };
  const trust = (pair: KeyPair) => ({
    baseUrl: 'https://log.example.com',
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki(pair.publicKey).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: idOf(pair).toString('base64') },
  });
  const trustedRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [trust(log)],
    certificateAuthorities: [
      {
        subject: { organization: 'made up', commonName: 'made up' },
        uri: 'https://ca.example.com',
        certChain: { certificates: [{ rawBytes: root.toString('base64') }] },
        validFor,
      },
    ],
    ctlogs: [trust(certificateLog)],
    timestampAuthorities: [],
  });
  return { authority, log, certificateLog, trustedRoot };
}

/** A bundle as `cosign sign-blob` writes it, keyless. */
export function makeBundle(
  sigstore: MadeSigstore,
  artifact: Uint8Array,
  options: BundleOptions = {},
): Buffer {
  const signer = makePair(options.curve);
  const certificate = certifySigner(sigstore, signer.publicKey, options);
  const signature = sign('sha256', artifact, options.signWith ?? signer.privateKey);
  const digest = Buffer.from(options.digest ?? sha256(artifact));
  const signedAt = Math.floor((options.signedAt ?? new Date('2026-06-01')).getTime() / 1000);
  const bundle = assemble(sigstore.log, certificate, signature, digest, signedAt);
  options.change?.(bundle);
  return Buffer.from(JSON.stringify(bundle));
}

function assemble(
  log: KeyPair,
  certificate: Buffer,
  signature: Buffer,
  digest: Buffer,
  signedAt: number,
): MadeBundle {
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const entry = {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest.toString('hex') } },
      signature: {
        content: signature.toString('base64'),
        publicKey: { content: Buffer.from(pem).toString('base64') },
      },
    },
  };
  const body = Buffer.from(JSON.stringify(entry)).toString('base64');
  const logID = idOf(log).toString('hex');
  // Signed in this order of names, which is alphabetical.
  const promised = JSON.stringify({ body, integratedTime: signedAt, logID, logIndex: 7 });
  const promise = sign('sha256', Buffer.from(promised), log.privateKey);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: certificate.toString('base64') }] },
      tlogEntries: [
        {
          logIndex: '7',
          logId: { keyId: idOf(log).toString('base64') },
          kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
          integratedTime: String(signedAt),
          inclusionPromise: { signedEntryTimestamp: promise.toString('base64') },
          canonicalizedBody: body,
        },
      ],
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
      signature: signature.toString('base64'),
    },
  };
}

/** The certificate of a signer, with the promise of the certificate log inside (RFC 6962, section 3.2). */
export function certifySigner(
  { authority, certificateLog }: MadeSigstore,
  key: KeyObject,
  { identity = 'signer@example.com', issuer = 'https://issuer.example.com' }: BundleOptions,
): Buffer {
  const extensions = [
    extension('2.5.29.17', sequence(der(0x81, Buffer.from(identity)))),
    extension('1.3.6.1.4.1.57264.1.8', der(0x0c, Buffer.from(issuer))),
  ];
  const tbs = describe(key, extensions);
  const time = Buffer.alloc(8);
  time.writeBigInt64BE(BigInt(made.getTime()));
  const precertificate = Buffer.concat([
    Buffer.from([0, 0]),
    time,
    Buffer.from([0, 1]),
    sha256(spki(authority.publicKey)),
    Buffer.from([0, tbs.length >> 8, tbs.length & 255]),
    tbs,
    Buffer.from([0, 0]),
  ]);
  const signed = sign('sha256', precertificate, certificateLog.privateKey);
  const head = [Buffer.from([0]), idOf(certificateLog), time, Buffer.from([0, 0, 4, 3])];
  const promise = Buffer.concat([...head, Buffer.from([0, signed.length]), signed]);
  const list = Buffer.from([0, promise.length + 2, 0, promise.length]);
  const embedded = der(0x04, list, promise);
  return certify(authority, key, [...extensions, extension('1.3.6.1.4.1.11129.2.4.2', embedded)]);
}

function certify({ privateKey }: KeyPair, key: KeyObject, extensions: Buffer[]): Buffer {
  const tbs = describe(key, extensions);
  return sequence(tbs, ecdsaWithSha256, bitString(sign('sha256', tbs, privateKey)));
}

/** The content of a certificate (RFC 5280, section 4.1.2); issuer and subject have the same name. */
function describe(key: KeyObject, extensions: Buffer[]): Buffer {
  return sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    subject,
    sequence(utcTime(made), utcTime(ended)),
    subject,
    spki(key),
    der(0xa3, sequence(extensions)),
  );
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}
