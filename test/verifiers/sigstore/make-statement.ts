import { createHash, sign } from 'node:crypto';
import {
  type BundleOptions,
  certifySigner,
  idOf,
  type MadeSigstore,
  makePair,
} from './make-bundle.ts';

const sha256 = (...bytes: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const one of bytes) hash.update(one);
  return hash.digest();
};

/**
 * A bundle as `cosign sign` attaches it to an image, version 0.3: a statement about the digest of a manifest in an envelope,
 * the entry of the log with its proof of inclusion.
 */
export function makeStatement(
  sigstore: MadeSigstore,
  subject: string,
  options: BundleOptions & { predicateType?: string; payloadType?: string } = {},
): string {
  const { predicateType = 'https://sigstore.dev/cosign/sign/v1' } = options;
  const { payloadType = 'application/vnd.in-toto+json' } = options;
  const signer = makePair();
  const certificate = certifySigner(sigstore, signer.publicKey, options);
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: subject.replace('sha256:', '') }, annotations: {} }],
      predicateType,
      predicate: {},
    }),
  );
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  const signed = Buffer.concat([Buffer.from(head), payload]);
  const signature = sign('sha256', signed, options.signWith ?? signer.privateKey).toString(
    'base64',
  );
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const entry = {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
      signatures: [{ signature, verifier: Buffer.from(pem).toString('base64') }],
    },
  };
  const canonical = Buffer.from(JSON.stringify(entry));
  const body = canonical.toString('base64');
  const { log } = sigstore;
  const time = Math.floor((options.signedAt ?? new Date('2026-06-01')).getTime() / 1000);
  const logID = idOf(log).toString('hex');
  const promised = JSON.stringify({ body, integratedTime: time, logID, logIndex: 0 });
  const rootHash = sha256(Buffer.from([0]), canonical).toString('base64');
  const note = `log.example.com\n1\n${rootHash}\n`;
  const noted = Buffer.concat([
    idOf(log).subarray(0, 4),
    sign('sha256', Buffer.from(note), log.privateKey),
  ]);
  const keyId = idOf(log).toString('base64');
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: certificate.toString('base64') },
      tlogEntries: [
        {
          logIndex: '0',
          logId: { keyId },
          kindVersion: { kind: 'dsse', version: '0.0.1' },
          integratedTime: String(time),
          inclusionPromise: {
            signedEntryTimestamp: sign('sha256', Buffer.from(promised), log.privateKey).toString(
              'base64',
            ),
          },
          inclusionProof: {
            logIndex: '0',
            rootHash,
            treeSize: '1',
            hashes: [],
            checkpoint: { envelope: `${note}\n— log.example.com ${noted.toString('base64')}\n` },
          },
          canonicalizedBody: body,
        },
      ],
    },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: signature, keyid: '' }],
    },
  });
}
