import { createHash } from 'node:crypto';
import { builtIns } from '../../src/index.ts';
import {
  type Artifact,
  type Proof,
  peekSignedText,
  type Resolution,
  type Vendor,
} from '../../src/kit.ts';
import type { OpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { conformanceCases } from '../vendors/every/conformance-cases.ts';
import { everyOrigin } from '../vendors/every/every-origin.ts';
import { type Documents, listAll } from '../vendors/every/serve-documents.ts';
import { chooseImages } from './choose-images.ts';

/** Upstreams of several vendors on one server: the vendors' fixture documents, signed by a key made for the test. */
export interface SignedSite {
  upstream: Upstream;
  /** `--mirror FROM=TO` of every origin. */
  mirrors: string[];
  /** Serves a vendor's documents; `changed` replaces those of the fixture. Documents served before stay. */
  serve(id: string, signer: OpenpgpSigner, changed?: Record<string, string>): Promise<void>;
  /** Everything of a vendor answers with this status. */
  refuse(id: string, status: number): void;
  /** Requests for image files, by method. */
  imageRequests(method: string): string[];
  close(): Promise<void>;
}

const signedAt = new Date('2026-11-01T08:00:00Z');

export async function startSignedSite(): Promise<SignedSite> {
  const upstream = await startUpstream();
  const served = new Map<string, Set<string>>();
  const refuse: SignedSite['refuse'] = (id, status) => {
    const options = { status, headers: { 'retry-after': '0' } };
    for (const address of served.get(id) ?? []) upstream.route(pathOf(address), 'no', options);
  };
  const images = new Set<string>();
  const rules = Object.entries(mirrorsFor(upstream, everyOrigin));
  return {
    upstream,
    mirrors: rules.flatMap(([from, to]) => ['--mirror', `${from}=${to}`]),
    async serve(id, signer, changed = {}) {
      const { documents, resolutions } = await collect(id, changed);
      const made = new Set<string>();
      for (const { disk } of resolutions) {
        for (const { url } of disk) images.add(pathOf(url.href));
        const [file] = disk;
        if (file !== undefined) addProofs(documents, file, { signer, made });
      }
      for (const [address, text] of documents) upstream.route(pathOf(address), text);
      served.set(id, new Set([...(served.get(id) ?? []), ...documents.keys()]));
    },
    refuse,
    imageRequests: (method) =>
      upstream.requests
        .filter((one) => one.method === method && images.has(one.path.slice(1)))
        .map(({ path }) => path),
    close: () => upstream.close(),
  };
}

function pathOf(address: string): string {
  return address.replace(/^https?:\/\//, '');
}

/** The documents that a vendor reads for its list and for each requested image, by address. */
async function collect(id: string, changed: Record<string, string>) {
  const vendor = builtIns.vendors.find((one) => one.id === id);
  const site = await conformanceCases[id]?.start();
  if (vendor === undefined || site === undefined) throw new Error(`no vendor ${id}`);
  for (const [address, text] of Object.entries(changed)) site.put(address, text);
  const resolutions = await resolveAll(vendor, site);
  const documents = new Map<string, string>();
  for (const line of new Set(site.requests)) {
    const [method = '', address = ''] = line.split(' ');
    const { http } = site.context;
    if (method === 'HEAD') {
      if ((await http.head(address)).status === 200) documents.set(address, 'not to be read');
      continue;
    }
    const found = await http.find(address, { page: true });
    if (found !== undefined) documents.set(address, found.text);
  }
  await site.close();
  return { documents, resolutions };
}

async function resolveAll(vendor: Vendor, site: Documents): Promise<Resolution[]> {
  const questions = chooseImages(await listAll(vendor, site), undefined);
  const found = await Promise.all(
    questions.map(async ({ release, arch }) => {
      const request = { vendor: vendor.id, release, arch };
      // A fixture lists more than it has; then the canary gets the same error.
      return vendor.resolve(request, site.context).catch(() => undefined);
    }),
  );
  return found.flatMap((one) => one ?? []);
}

/** The signer, and the lists that are made here. */
interface Making {
  signer: OpenpgpSigner;
  made: Set<string>;
}

/** The lists and signatures that prove a file, where the fixture has none. */
function addProofs(documents: Map<string, string>, file: Artifact, making: Making): void {
  const { signer } = making;
  for (const proof of file.proofs) {
    if (proof.kind === 'checksums') addList(documents, file, proof, making);
    if (proof.kind !== 'signature') continue;
    const { signature, of } = proof;
    if (signature.at !== 'inline') {
      // Covers the image, which is never read here.
      documents.set(signature.at.href, signer.signDetached(Buffer.from('image'), signedAt));
    } else if (of !== undefined) {
      const text = peekSignedText(documents.get(of.href) ?? '');
      documents.set(of.href, signer.clearsign(text, signedAt));
    }
  }
}

/** A list that is missing or empty in the fixture names every requested file. */
function addList(
  documents: Map<string, string>,
  file: Artifact,
  { url, name = file.fileName, signature }: Extract<Proof, { kind: 'checksums' }>,
  { signer, made }: Making,
): void {
  let text = peekSignedText(documents.get(url.href) ?? '');
  if (!/[0-9a-f]{64}/.test(text)) made.add(url.href);
  if (made.has(url.href)) {
    const kind = /sha512/i.test(url.pathname) ? 'sha512' : 'sha256';
    const hex = digestOf(documents, file, kind) ?? createHash(kind).update(name).digest('hex');
    text += `${hex}  ${name}\n`;
  }
  const isInline = signature?.at === 'inline';
  documents.set(url.href, isInline ? signer.clearsign(text, signedAt) : text);
  if (signature !== undefined && signature.at !== 'inline') {
    documents.set(signature.at.href, signer.signDetached(Buffer.from(text), signedAt));
  }
}

/** Has the digest of another proof of the file. */
function digestOf(
  documents: Map<string, string>,
  { fileName, proofs }: Artifact,
  kind: string,
): string | undefined {
  const digits = kind === 'sha512' ? /\b[0-9a-f]{128}\b/ : /\b[0-9a-f]{64}\b/;
  const texts = proofs.flatMap((proof) => {
    if (proof.kind === 'digest') return [proof.digest];
    if (proof.kind !== 'checksums') return [];
    const lines = (documents.get(proof.url.href) ?? '').split('\n');
    return lines.filter((line) => line.includes(proof.name ?? fileName));
  });
  return texts.flatMap((text) => digits.exec(text) ?? [])[0];
}
