import assert from 'node:assert/strict';
import type { ImageRequest, Resolution } from '../../contracts/vendor.ts';
import { type AnyImageError, isImageError } from '../../errors.ts';
import { defineVendor } from '../../kit/define.ts';
import type { TestVendorContext } from '../vendor-context.ts';
import type { CaseOf } from './case.ts';
import {
  assertSound,
  fetchedFrom,
  filesOf,
  listOn,
  resolveOn,
  tryResolve,
  type VendorSubject,
  withSite,
} from './vendor-subject.ts';

const page = `<!DOCTYPE html>
<html lang="en"><head><title>Down for maintenance</title></head>
<body><h1>We will be back soon</h1><p>See <a href="https://status.example/">our status page</a>.</p></body></html>
`;

/** Requests that no vendor can answer. */
const unknown: readonly [id: string, more: Partial<ImageRequest>][] = [
  ['release', { release: 'no-such-release' }],
  ['release-number', { release: '999' }],
  ['variant', { variant: 'no-such-variant' }],
  ['arch', { arch: 'loong64' }],
  ['parameter', { parameters: { 'no-such-parameter': 'x' } }],
  ['snapshot-date', { snapshot: '19990101' }],
  ['snapshot-build', { snapshot: '19990101.0' }],
  ['snapshot-name', { snapshot: 'no-such-build' }],
  ['snapshot-path', { snapshot: '../../etc' }],
];

/** The requirements for every vendor. */
export const vendorCases: readonly CaseOf<VendorSubject>[] = [
  {
    id: 'vendor/describes-itself',
    title: 'says what it is called and how well its facts are known',
    async run({ vendor }) {
      defineVendor(vendor);
      assert.match(vendor.title, /\S/, 'the title is empty');
    },
  },
  {
    id: 'vendor/same-answer',
    title: 'answers the same from the same documents',
    async run(subject) {
      const first = await withSite(subject, async (site) => {
        const answer = await resolveOn(subject, site);
        assert.deepEqual(await resolveOn(subject, site), answer);
        return answer;
      });
      assert.deepEqual(await withSite(subject, (site) => resolveOn(subject, site)), first);
    },
  },
  {
    id: 'vendor/own-snapshot',
    title: 'answers its own snapshot with the same file',
    run: (subject) =>
      withSite(subject, async (site) => {
        const { release, variant, snapshot, disk } = await resolveOn(subject, site);
        const asked = { snapshot, variant, release: subject.sample.request?.release ?? release };
        const again = await resolveOn(subject, site, asked);
        assert.equal(again.snapshot, snapshot);
        assert.equal(again.disk[0]?.fileName, disk[0]?.fileName);
      }),
  },
  ...unknown.map(([id, more]) => ({
    id: `vendor/no-such-${id}`,
    title: `says what it has instead of ${JSON.stringify(more)}`,
    run: (subject: VendorSubject) =>
      withSite(subject, async (site) => {
        const error = await tryResolve(subject, site, more);
        if ('disk' in error) assert.fail(`it answered with ${error.disk[0]?.url}`);
        assert.match(error.code, /^ERR_(NOT_FOUND|INVALID_REQUEST)$/, error.message);
        assert.match(error.hint, /\S/, `no hint: ${error.message}`);
      }),
  })),
  {
    id: 'vendor/sound-files',
    title: 'names files by https, with layers and proofs that are known',
    run: (subject) =>
      withSite(subject, async (site) => {
        for (const file of filesOf(await resolveOn(subject, site, {}, true))) {
          assertSound(subject, file);
        }
      }),
  },
  {
    id: 'vendor/no-image-byte',
    title: 'asks for no byte of an image',
    run: (subject) =>
      withSite(subject, async (site) => {
        const files = filesOf(await resolveOn(subject, site, {}, true));
        assertNotFetched(files, site);
      }),
  },
  {
    id: 'vendor/aborts',
    title: 'ends with the reason of the caller when it is aborted',
    run: (subject) =>
      withSite(subject, async (site) => {
        const { vendor, sample } = subject;
        const reason = new Error('no longer wanted');
        const request = { vendor: vendor.id, release: 'latest', arch: 'amd64', ...sample.request };
        const asked = request as ImageRequest;
        const context = site.renew({ signal: AbortSignal.abort(reason) });
        const ended = await vendor.resolve(asked, context).then(
          () => assert.fail('it answered'),
          (error: unknown) => error,
        );
        assert.equal(ended, reason);
      }),
  },
  {
    id: 'vendor/pages-are-no-documents',
    title: 'never takes a page for one of its documents',
    run: (subject) => tryPages(subject),
  },
  {
    id: 'vendor/refusals-are-no-absence',
    title: 'never answers with another build where a document is refused',
    run: (subject) => tryRefusals(subject),
  },
  {
    id: 'vendor/lists-what-it-resolves',
    title: 'lists what it then resolves',
    when: ({ vendor }) => vendor.list !== undefined,
    run: (subject) =>
      withSite(subject, async (site) => {
        const listings = await listOn(subject, site);
        assert.ok(listings.length > 0, 'nothing is listed');
        let resolved = 0;
        for (const { release, arches, variants } of listings) {
          const [arch] = arches;
          const [variant] = variants;
          assert.ok(
            arch !== undefined && variant !== undefined,
            `${release} is listed for nothing`,
          );
          const answer = await orMissing(tryResolve(subject, site, { release, arch, variant }));
          if (answer !== undefined) resolved += 1;
        }
        assert.ok(resolved > 0, 'nothing that is listed can be resolved');
      }),
  },
  {
    id: 'vendor/sound-variants',
    title: 'is as sound in every variant that it lists',
    when: ({ vendor }) => vendor.list !== undefined,
    run: (subject) =>
      withSite(subject, async (site) => {
        for (const { release, arches, variants } of await listOn(subject, site)) {
          const [arch = 'amd64'] = arches;
          for (const variant of variants) {
            const asked = { release, arch, variant };
            const image = await orMissing(tryResolve(subject, site, asked, true));
            if (image === undefined) continue;
            assert.equal(image.variant, variant);
            for (const file of filesOf(image)) assertSound(subject, file);
            assertNotFetched(filesOf(image), site);
          }
        }
      }),
  },
];

/**
 * Replaces each document in turn by an HTML page: the vendor must throw an error that names it, and never give
 * another answer.
 */
async function tryPages(subject: VendorSubject): Promise<void> {
  const asked = await withSite(subject, async (site) => {
    await resolveOn(subject, site);
    return new Set(fetchedFrom(site));
  });
  for (const address of asked) {
    const answer = await resolveWith(subject, address, page);
    if (subject.sample.optional?.test(address)) {
      assert.deepEqual(answer, await resolveWith(subject, address, 'gone', 404));
    } else if (proofAddresses(answer).includes(address)) {
      // A verifier reads the document later, and refuses it.
      assert.ok('disk' in answer);
    } else {
      if ('disk' in answer) assert.fail(`a page in the place of ${address} was taken for it`);
      assert.equal(answer.code, 'ERR_METADATA', answer.message);
      // The message may show the address of the mirror that replaced the real host.
      const named = address.replace(/\?.*|^https:\/\//g, '');
      assert.ok(answer.message.includes(named), `${address} is not named: ${answer.message}`);
    }
  }
}

/** Refuses each document in turn (403): the vendor must throw an error that says so, or give the same answer. */
async function tryRefusals(subject: VendorSubject): Promise<void> {
  const [plain, asked] = await withSite(subject, async (site) => {
    const answer = await resolveOn(subject, site);
    return [answer, new Set(fetchedFrom(site))] as const;
  });
  for (const address of asked) {
    const answer = await resolveWith(subject, address, 'refused', 403);
    if ('disk' in answer) assert.deepEqual(answer, plain, `${address} is refused, and it answers`);
    else assert.equal(answer.code, 'ERR_HTTP_STATUS', answer.message);
  }
}

/** Resolves with one changed document. */
function resolveWith(
  subject: VendorSubject,
  address: string,
  text: string,
  status: number = 200,
): Promise<Resolution | AnyImageError> {
  return withSite(subject, (site) => {
    site.put(address, text, { status });
    return tryResolve(subject, site);
  });
}

/** Documents that the proofs of the first file rely on. */
function proofAddresses(answer: Resolution | AnyImageError): string[] {
  const proofs = ('disk' in answer && answer.disk[0]?.proofs) || [];
  return proofs.flatMap((proof) => (proof.kind === 'checksums' ? [proof.url.href] : []));
}

/** The lists of a sample may name files for which it has no document. */
async function orMissing(
  asked: Promise<Resolution | AnyImageError>,
): Promise<Resolution | undefined> {
  const answer = await asked;
  if ('disk' in answer) return answer;
  if (isImageError(answer, 'ERR_NOT_FOUND') || isImageError(answer, 'ERR_HTTP_STATUS')) return;
  throw answer;
}

function assertNotFetched(files: ReturnType<typeof filesOf>, site: TestVendorContext): void {
  const fetched = fetchedFrom(site);
  // A vendor that answers from the caller's catalog needs no document.
  assert.ok(fetched.length > 0 || site.renew().bundles !== undefined, 'nothing was asked for');
  for (const { url, mirrors = [] } of files) {
    for (const { href } of [url, ...mirrors]) {
      assert.ok(!fetched.includes(href), `${href} is an image, and was asked for`);
    }
  }
}
