import { createAcmeOs } from '../../../examples/acme-vendor/src/vendor.ts';
import { testKey, vendorSample } from '../../../examples/acme-vendor/test/samples.ts';
import {
  type Artifact,
  type ImageRequest,
  isImageError,
  type Resolution,
  tls,
  type Vendor,
  type VendorContext,
} from '../../../src/kit.ts';
import { checkVendor } from '../../../src/testing/index.ts';
import type { PartMutant } from './part-mutant.ts';

const good = createAcmeOs(testKey);
const index = 'https://images.acme.example/index.json';

/** The good vendor, with a changed request. */
function asking(change: (request: ImageRequest) => Partial<ImageRequest>): Vendor {
  return {
    ...good,
    resolve: (request, context) => good.resolve({ ...request, ...change(request) }, context),
  };
}

/** The good vendor, with another answer. */
function answering(
  change: (answer: Resolution, context: VendorContext) => Resolution | Promise<Resolution>,
): Vendor {
  return {
    ...good,
    async resolve(request, context) {
      return change(await good.resolve(request, context), context);
    },
  };
}

function withDisk(change: Partial<Artifact>): Vendor {
  return answering((answer) => ({
    ...answer,
    disk: answer.disk.map((disk) => ({ ...disk, ...change })),
  }));
}

/** A vendor that answers from memory if it cannot read. */
function remembering(when: (error: unknown) => boolean): Vendor {
  const kept: Resolution[] = [];
  return {
    ...good,
    async resolve(request, context) {
      try {
        const answer = await good.resolve(request, context);
        kept.push(answer);
        return answer;
      } catch (error) {
        const [answer] = kept;
        if (answer === undefined || !when(error)) throw error;
        return { ...answer, snapshot: '20250101' };
      }
    },
  };
}

const isStatus = (error: unknown) => isImageError(error, 'ERR_HTTP_STATUS');
let count = 0;

const broken: readonly [id: string, what: string, vendor: Vendor][] = [
  ['describes-itself', 'an empty title', { ...good, title: ' ' }],
  ['describes-itself', 'a word for evidence', { ...good, evidence: 'sure' as 'captured' }],
  [
    'same-answer',
    'a snapshot that counts',
    answering((answer) => {
      count += 1;
      return { ...answer, snapshot: `${answer.snapshot}.${count}` };
    }),
  ],
  [
    'own-snapshot',
    'no snapshot counts',
    asking(({ snapshot }) => (snapshot ? { snapshot: 'x' } : {})),
  ],
  ['no-such-release', 'any release is the latest', asking(() => ({ release: 'latest' }))],
  ['no-such-release-number', 'any release is the latest', asking(() => ({ release: 'latest' }))],
  ['no-such-variant', 'any variant will do', asking(() => ({ variant: 'server' }))],
  ['no-such-arch', 'any architecture is amd64', asking(() => ({ arch: 'amd64' }))],
  ['no-such-parameter', 'parameters are passed over', asking(() => ({ parameters: {} }))],
  ...['date', 'build', 'name', 'path'].map((kind): [string, string, Vendor] => [
    `no-such-snapshot-${kind}`,
    'snapshots are passed over',
    { ...good, resolve: ({ snapshot: _, ...rest }, context) => good.resolve(rest, context) },
  ]),
  ['sound-files', 'plain http', withDisk({ url: new URL('http://images.acme.example/a') })],
  ['sound-files', 'a name with a folder', withDisk({ fileName: 'a b' })],
  ['sound-files', 'a layer that is no format', withDisk({ layers: ['acmex', 'raw'] })],
  ['sound-files', 'layers in the wrong order', withDisk({ layers: ['raw', 'acmez'] })],
  ['sound-files', 'no proof', withDisk({ proofs: [] })],
  ['sound-files', 'no reason for tls', withDisk({ proofs: [tls(' ')] })],
  [
    'no-image-byte',
    'the image is fetched',
    answering(async (answer, { http }) => {
      await http.find(answer.disk[0]?.url ?? index);
      return answer;
    }),
  ],
  [
    'aborts',
    'an error of its own',
    {
      ...good,
      async resolve(request, context) {
        return await good.resolve(request, context).catch((error) => {
          throw isImageError(error) ? error : new Error('failed');
        });
      },
    },
  ],
  [
    'pages-are-no-documents',
    'an answer from memory',
    remembering((error) => isImageError(error, 'ERR_METADATA')),
  ],
  ['refusals-are-no-absence', 'an older build', remembering(isStatus)],
  ['lists-what-it-resolves', 'an empty list', { ...good, async *list() {} }],
  [
    'lists-what-it-resolves',
    'another name in the list',
    {
      ...good,
      async *list() {
        yield { release: '4', arches: ['amd64'], variants: ['server'] };
      },
    },
  ],
  [
    'sound-variants',
    'a variant of another name',
    answering((answer) => ({ ...answer, variant: 'desktop' })),
  ],
];

export const vendorMutants: readonly PartMutant[] = broken.map(([id, what, vendor]) => ({
  id: `vendor/${id}`,
  what,
  cases: () => checkVendor(vendor, vendorSample),
}));
