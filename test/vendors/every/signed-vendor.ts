import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { xz } from '@napi-rs/lzma';
import { builtIns } from '../../../src/index.ts';
import {
  type ChecksumsProof,
  type ImageRequest,
  type Proof,
  parseChecksums,
  peekSignedText,
  type Resolution,
} from '../../../src/kit.ts';
import type { OpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { buildVmdkImage } from '../../../src/testing/vmdk-image.ts';
import { makeDisk } from '../../fixtures/line.ts';
import { makeImage } from '../../fixtures/signed-line.ts';
import { tarFile } from '../../formats/make-tar.ts';
import { conformanceCases } from './conformance-cases.ts';

/** The protection of a source beyond TLS, by the proofs of its best file. */
export type Protection = 'signed list' | 'signed image' | 'signed release' | 'digest' | 'tls';

/** The documents that a vendor reads for one image, and those that its proofs need, by address. */
export interface VendorDocuments {
  reference: string;
  request: Partial<ImageRequest>;
  resolution: Resolution;
  protection: Protection;
  documents: Map<string, string | Uint8Array>;
  image: Uint8Array;
}

/** Signer, content and time; `signedText` replaces the bytes that a detached signature covers. */
export interface Signing {
  signer: OpenpgpSigner;
  at?: Date;
  /** Signatures cover other bytes than the file beside them. */
  isMixed?: boolean;
}

/**
 * The documents of a vendor's fixture with the digest and size of a real image, signed with a key made for the test,
 * because the secret parts of the pinned keys are not available. Makes the other documents that the proofs need too.
 */
export async function signVendor(
  id: string,
  { signer, at = new Date('2026-11-01T08:00:00Z'), isMixed = false }: Signing,
  seed = 1,
): Promise<VendorDocuments> {
  const vendor = builtIns.vendors.find((one) => one.id === id);
  const own = conformanceCases[id];
  if (vendor === undefined || own === undefined) throw new Error(`no vendor ${id}`);
  const { request = {} } = own;
  const site = await own.start();
  const asked: ImageRequest = { vendor: id, release: 'latest', arch: 'amd64', ...request };
  const resolution = await vendor.resolve(asked, site.context);
  const read = new Set(site.requests.filter((line) => line.startsWith('GET ')));
  const { http } = site.context;
  const texts = new Map<string, string>();
  for (const line of read) {
    const address = line.slice('GET '.length);
    const found = await http.find(address, { page: true });
    if (found !== undefined) texts.set(address, found.text);
  }
  await site.close();

  const [file] = resolution.disk;
  if (file === undefined) throw new Error(`${id} has no disk`);
  const image = await makeFile(file.layers, seed, file.entry);
  const sums = sumsOf(image);
  for (const proof of file.proofs) {
    // The address of a file may contain its digest.
    const { href } = file.url;
    if (proof.kind === 'digest') {
      file.url = new URL(putDigests(href, proof, file.fileName, sums, href));
    }
  }
  const documents = new Map<string, string | Uint8Array>();
  const isSigned = (text: string): boolean => peekSignedText(text) !== text;
  const signInline = (text: string): string => {
    const whole = signer.clearsign(text, at);
    return isMixed ? whole.replace(/[0-9a-f]{64,}/, (hex) => [...hex].reverse().join('')) : whole;
  };
  const signBeside = (bytes: Uint8Array): string =>
    signer.signDetached(isMixed ? Buffer.from('another document') : bytes, at);

  for (const [address, text] of texts) {
    let body = peekSignedText(text);
    // A list that is empty in a fixture is made below.
    if (!/[0-9a-f]{64}/.test(body) && isListOf(file.proofs, address)) continue;
    for (const proof of file.proofs) body = putDigests(body, proof, file.fileName, sums, address);
    if (file.sizeBytes !== undefined) {
      body = body.replaceAll(String(file.sizeBytes), String(image.length));
    }
    documents.set(address, isSigned(text) ? signInline(body) : body);
  }
  for (const proof of file.proofs) {
    if (proof.kind === 'signature' && proof.of === undefined && proof.signature.at !== 'inline') {
      documents.set(proof.signature.at.href, signBeside(image));
    }
    if (proof.kind !== 'checksums') continue;
    const { signature } = proof;
    const kind = /sha512/i.test(proof.url.pathname) ? sums.sha512 : sums.sha256;
    const text = documents.get(proof.url.href) ?? `${kind}  ${proof.name ?? file.fileName}\n`;
    const isNew = !documents.has(proof.url.href);
    if (signature?.at === 'inline' && isNew) {
      documents.set(proof.url.href, signInline(String(text)));
    } else documents.set(proof.url.href, text);
    if (signature !== undefined && signature.at !== 'inline') {
      documents.set(signature.at.href, signBeside(Buffer.from(text)));
    }
  }
  // A release of Simple Streams may have characters that a reference cannot have.
  const wanted = request.release ?? 'latest';
  const release = id === 'oci' ? wanted : wanted.replaceAll('/', '-');
  const reference = `${id}:${release}`;
  const protection = protectionOf(file.proofs);
  return { reference, request, resolution, protection, documents, image };
}

function protectionOf(proofs: readonly Proof[]): Protection {
  const isSigned = (proof: Proof): proof is ChecksumsProof =>
    proof.kind === 'checksums' && proof.signature !== undefined;
  if (proofs.some(isSigned)) return 'signed list';
  if (proofs.some((proof) => proof.kind === 'signature' && proof.of === undefined)) {
    return 'signed image';
  }
  if (proofs.some(({ kind }) => kind === 'signature')) return 'signed release';
  return proofs.some(({ kind }) => kind === 'tls') ? 'tls' : 'digest';
}

function isListOf(proofs: readonly Proof[], address: string): boolean {
  return proofs.some((proof) => proof.kind === 'checksums' && proof.url.href === address);
}

/** The document with the image's digest in place of that of the fixture's file. */
function putDigests(
  body: string,
  proof: Proof,
  fileName: string,
  sums: Sums,
  address: string,
): string {
  if (proof.kind === 'digest') {
    const [algorithm = '', hex = ''] = proof.digest.split(':');
    const next = algorithm === 'sha512' ? sums.sha512 : sums.sha256;
    return body.replaceAll(hex, next).replaceAll(base64Of(hex), base64Of(next));
  }
  if (proof.kind !== 'checksums' || proof.url.href !== address || proof.dialect === 'simplestreams')
    return body;
  const names = [proof.name ?? fileName, ...(proof.aliases ?? [])];
  const { entries } = parseChecksums(body, { dialect: proof.dialect, from: address });
  let text = body;
  for (const { name, digest } of entries) {
    if (name !== undefined && !names.includes(name)) continue;
    const [algorithm = '', hex = ''] = digest.split(':');
    text = text.replaceAll(hex, algorithm === 'sha512' ? sums.sha512 : sums.sha256);
  }
  return text;
}

interface Sums {
  sha256: string;
  sha512: string;
}

function sumsOf(bytes: Uint8Array): Sums {
  const hash = (name: string): string => createHash(name).update(bytes).digest('hex');
  return { sha256: hash('sha256'), sha512: hash('sha512') };
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '');
}

/** An image of these layers, outermost first; a different one for each seed. */
export async function makeFile(
  layers: readonly string[],
  seed: number,
  folder = '',
): Promise<Uint8Array> {
  const [outer = 'qcow2', ...inner] = layers;
  if (outer === 'qcow2') return makeImage(seed);
  const disk = makeDisk(2 * 1024 ** 2, seed);
  if (outer === 'raw') return disk;
  if (outer === 'vmdk') {
    return buildVmdkImage({ virtualSize: disk.length, extents: [{ position: 0, bytes: disk }] })
      .bytes;
  }
  const content = await makeFile(inner, seed, folder);
  if (outer === 'tar') {
    const name = folder.endsWith('/') ? `${folder}disk.img` : 'disk.raw';
    return Buffer.concat([tarFile(name, content), new Uint8Array(1024)]);
  }
  if (outer === 'gz') return gzipSync(content);
  if (outer === 'zst') return zstdCompressSync(content);
  return Uint8Array.from(await xz.compress(Buffer.from(content)));
}
