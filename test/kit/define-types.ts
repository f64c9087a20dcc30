/** Compiled, not run: the place of compiler errors in a wrong plug-in, and the accepted forms. */
import {
  checksums,
  defineVendor,
  defineVerifier,
  disk,
  type OwnProof,
  type Proof,
  tls,
  type Vendor,
} from '../../src/kit.ts';

declare global {
  interface RootdiskProofs {
    'test-receipt': TestReceiptProof;
  }
}
interface TestReceiptProof extends OwnProof {
  kind: 'test-receipt';
  receipt: URL;
}

const site = 'https://images.example/';
const digest: string = 'sha256:…';

export const vendor: Vendor = defineVendor({
  id: 'typed',
  title: 'Typed',
  apiVersion: 1,
  publisher: undefined,
  list: undefined,
  resolve: async (_, { now }) => ({
    release: '1',
    variant: 'default',
    snapshot: '1',
    codename: undefined,
    version: now.getTime() > 0 ? '1.1' : undefined,
    disk: [
      disk({
        url: `${site}1.img`,
        sizeBytes: undefined,
        layers: ['raw'],
        proofs: [
          checksums({ url: `${site}SUMS`, name: undefined }),
          tls('none'),
          { kind: 'test-receipt', receipt: new URL(site), offers: 'checksum' },
        ],
      }),
      disk({
        url: `${site}2.img`,
        // @ts-expect-error: the field itself is marked, not the answer around it
        layers: 'raw',
        proofs: [
          checksums({
            url: `${site}SUMS`,
            // @ts-expect-error: so is a dialect that does not exist
            dialect: 'md5',
          }),
          {
            kind: 'digest',
            // @ts-expect-error: and a digest that is any text
            digest,
            from: 'index',
          },
          {
            kind: 'test-receipt',
            // @ts-expect-error: and a field of a kind of proof that a plug-in brings
            receipt: site,
          },
        ],
      }),
      disk({
        url: `${site}3.img`,
        layers: ['raw'],
        proofs: [tls('none')],
        // @ts-expect-error: a field that does not exist
        sizebytes: 7,
      }),
    ],
  }),
});

export const receipts: object = defineVerifier({
  kind: 'test-receipt',
  async prove({ receipt }, { http }) {
    const { bytes, url } = await http.get(receipt);
    const document = { url: url.href, sha256: '', bytes, signedAt: undefined };
    return {
      level: 'checksum',
      digests: [],
      documents: [document],
      warnings: [],
      signer: undefined,
    };
  },
});

export function kindOf(proof: Proof): string {
  return proof.kind === 'test-receipt' ? proof.receipt.href : proof.kind;
}

export const unknown: object = defineVerifier({
  // @ts-expect-error: a kind that was not declared
  kind: 'undeclared',
  prove: async () => ({ level: 'tls', digests: [], documents: [], warnings: [] }),
});
