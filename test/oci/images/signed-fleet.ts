import { join } from 'node:path';
import type { Parts } from '../../../src/core.ts';
import { builtIns } from '../../../src/index.ts';
import type { Vendor } from '../../../src/kit.ts';
import { type PushOutcome, pushImages } from '../../../src/oci.ts';
import { createOpenpgpSigner, type OpenpgpSigner } from '../../../src/testing/index.ts';
import { createKeyedVendor } from '../../fixtures/keyed-vendor.ts';
import { sha256 } from '../../fixtures/line.ts';
import { makeImage, now, type SignedLine, startSignedLine } from '../../fixtures/signed-line.ts';
import { type FakeRegistry, startFakeRegistry } from '../fake-registry.ts';

export const image: Buffer = Buffer.from(makeImage());
export const imageDigest: `sha256:${string}` = sha256(image);
export const imageName = 'keyed_1_default_amd64_1';

/** A vendor of one signed disk, and a registry in memory. */
export interface SignedFleet {
  line: SignedLine;
  registry: FakeRegistry;
  signer: OpenpgpSigner;
  /** `HOST/REPO`. */
  place: string;
  parts: Parts;
  /** The cache of another machine. */
  otherCache: string;
  push(place?: string): Promise<PushOutcome[]>;
  close(): Promise<void>;
}

const keysOf = (signer: OpenpgpSigner) => [
  { fingerprint: signer.fingerprint, key: signer.publicKey },
];

/** The parts of a machine whose package names this key for the vendor. */
export function partsOf(signer: OpenpgpSigner): Parts {
  const vendor: Vendor = { ...createKeyedVendor(keysOf(signer)), keys: keysOf(signer) };
  return { ...builtIns, vendors: [vendor] };
}

export async function startSignedFleet(): Promise<SignedFleet> {
  const signer = createOpenpgpSigner('Vendor <v@example.org>');
  const parts = partsOf(signer);
  const line = await startSignedLine(parts);
  const registry = await startFakeRegistry();
  const list = Buffer.from(`${imageDigest.slice('sha256:'.length)}  disk.qcow2\n`);
  line.upstream.route('images.acme.example/disk.qcow2', image);
  line.upstream.route('images.acme.example/SHA256SUMS', list);
  const signature = signer.signDetached(list, new Date('2026-11-01'));
  line.upstream.route('images.acme.example/SHA256SUMS.asc', signature);
  const place = `${registry.host}/fleet/images`;
  const { cacheDir, mirrors } = line;
  return {
    ...{ line, registry, signer, place, parts },
    otherCache: join(line.folder, 'other'),
    push: (where = place) =>
      pushImages(parts, where, ['keyed:1'], { arch: 'amd64', cacheDir, mirrors, now }),
    async close() {
      await line.close();
      await registry.close();
    },
  };
}
