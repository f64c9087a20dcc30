import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Evidence } from '../../contracts/proof.ts';
import { isImageError } from '../../errors.ts';
import { checkVerifierShape } from '../../kit/define.ts';
import { digestOfHex, hexOf } from '../../kit/digest.ts';
import type { TestProofContext } from '../proof-context.ts';
import type { CaseOf } from './case.ts';
import { documentsOf, proveOn, type VerifierSubject, withProof } from './verifier-subject.ts';

const page = '<!DOCTYPE html><html><body>Down for maintenance</body></html>\n';
const levels = ['none', 'tls', 'checksum', 'pinned', 'signed'];

/** The requirements for every verifier. */
export const verifierCases: readonly CaseOf<VerifierSubject>[] = [
  {
    id: 'verifier/describes-itself',
    title: 'has the shape of a verifier of its proof',
    async run({ verifier, sample }) {
      checkVerifierShape(verifier);
      assert.equal(verifier.kind, sample.proof.kind, 'the proof is of another kind');
    },
  },
  {
    id: 'verifier/proves',
    title: 'gives the level and the digests that the proof holds',
    run: (subject) =>
      withProof(subject, async (context) => {
        const { level, digests } = await proveOn(subject, context);
        assert.equal(level, subject.sample.level);
        for (const digest of subject.sample.digests ?? []) {
          assert.ok(digests.includes(digest), `${digest} is missing among ${digests.join(', ')}`);
        }
      }),
  },
  {
    id: 'verifier/sound-evidence',
    title: 'gives evidence that the core can keep and compare',
    run: (subject) =>
      withProof(subject, async (context) => assertSound(await proveOn(subject, context))),
  },
  {
    id: 'verifier/same-evidence',
    title: 'gives the same from the same documents',
    run: (subject) =>
      withProof(subject, async (context) => {
        const { check: _, ...first } = await proveOn(subject, context);
        const { check: __, ...second } = await proveOn(subject, context);
        assert.deepEqual(second, first);
      }),
  },
  {
    id: 'verifier/keeps-its-documents',
    title: 'keeps every document that it reads, to prove again without a request',
    run: (subject) =>
      withProof(subject, async (context) => {
        const { documents } = await proveOn(subject, context);
        const kept = documents.map(({ url }) => url);
        for (const line of context.requests) {
          const url = line.replace(/^\w+ /, '');
          if (isKeyOf(subject, url)) continue;
          assert.ok(kept.includes(url), `${url} was read and is not kept`);
        }
      }),
  },
  {
    id: 'verifier/no-image-byte',
    title: 'asks for no byte of the image',
    run: (subject) =>
      withProof(subject, async (context) => {
        await proveOn(subject, context);
        assert.ok(!context.requests.includes(`GET ${context.url.href}`), 'it fetches the image');
      }),
  },
  {
    id: 'verifier/refuses-pages',
    title: 'refuses a page in the place of a document',
    run: (subject) => tryEach(subject, () => ({ text: page, status: 200 })),
  },
  {
    id: 'verifier/refuses-absence',
    title: 'refuses where a document is not there',
    run: (subject) => tryEach(subject, () => ({ text: 'gone', status: 404 })),
  },
  {
    id: 'verifier/refuses-changes',
    title: 'refuses a document that was changed under its signature',
    when: ({ sample }) => sample.level === 'signed',
    run: (subject) => tryEach(subject, (bytes) => ({ text: changed(bytes), status: 200 })),
  },
  {
    id: 'verifier/aborts',
    title: 'ends with the reason of the caller when it is aborted',
    run: async (subject) => {
      if ((await documentsOf(subject)).size === 0) return;
      await withProof(subject, async (context) => {
        const reason = new Error('no longer wanted');
        const aborted = context.renew({ signal: AbortSignal.abort(reason) });
        const { verifier, sample } = subject;
        assert.equal(await failureOf(verifier.prove(sample.proof, aborted)), reason);
      });
    },
  },
  {
    id: 'verifier/checks-the-image',
    title: 'accepts the image that was signed and refuses another one',
    when: ({ sample }) => sample.image !== undefined,
    run: (subject) =>
      withProof(subject, async (context) => {
        const image = subject.sample.image ?? new Uint8Array(0);
        const { check } = await proveOn(subject, context);
        assert.ok(check !== undefined, 'nothing checks the image');
        check.update(image.subarray(0, 10));
        check.update(image.subarray(10));
        await check.finish();
        const other = (await proveOn(subject, context)).check;
        other?.update(changed(image));
        const failure = await failureOf(Promise.resolve(other?.finish()));
        assert.ok(isImageError(failure), `an error that is not typed: ${failure}`);
      }),
  },
];

/** Changes the answer for each document in turn; each time the verifier must throw a typed error. */
async function tryEach(
  subject: VerifierSubject,
  answer: (bytes: Uint8Array) => { text: string | Uint8Array; status: number },
): Promise<void> {
  for (const address of await documentsOf(subject)) {
    if (isKeyOf(subject, address)) continue;
    await withProof(subject, async (context) => {
      const { bytes } = await context.renew().http.get(address);
      const { text, status } = answer(bytes);
      context.put(address, text, { status });
      const failure = await failureOf(proveWhole(subject, context), address);
      assert.ok(isImageError(failure), `${address}: an error that is not typed: ${failure}`);
    });
  }
}

/** Proves completely, also with the image if the signature covers it. */
async function proveWhole(subject: VerifierSubject, context: TestProofContext): Promise<void> {
  const { check } = await proveOn(subject, context);
  check?.update(subject.sample.image ?? new Uint8Array(0));
  await check?.finish();
}

/** Documents that serve a pinned key are not part of the evidence. */
function isKeyOf({ sample: { proof } }: VerifierSubject, address: string): boolean {
  const { signature } = { signature: undefined, ...proof };
  if (signature === undefined || !('keys' in signature)) return false;
  return signature.keys.some(({ urls = [] }) => urls.some(({ href }) => href === address));
}

/** Changes one byte in the middle of the text. */
function changed(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = Math.floor(copy.length / 2);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function assertSound(evidence: Evidence): void {
  const { level, digests, diskDigests = [], sizeBytes, documents, warnings } = evidence;
  assert.ok(levels.includes(level), `${level} is no level`);
  for (const digest of [...digests, ...diskDigests]) {
    assert.equal(digestOfHex(hexOf(digest)), digest, `${digest} is no digest in lower-case hex`);
  }
  const isSize = sizeBytes === undefined || (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0);
  assert.ok(isSize, `sizeBytes is ${sizeBytes}`);
  for (const { url, sha256, bytes } of documents) {
    const actual = createHash('sha256').update(bytes).digest('hex');
    assert.equal(sha256, actual, `${url} is kept with another sha256`);
  }
  for (const { code, message } of warnings) assert.match(`${code}${message}`, /\S/);
  const offers = digests.length > 0 || diskDigests.length > 0 || evidence.check !== undefined;
  const isBare = level === 'checksum' || level === 'pinned' || level === 'signed';
  assert.ok(!isBare || offers, `${level} without a digest and without a check of the image`);
}

function failureOf(proving: Promise<unknown>, about: string = 'it'): Promise<unknown> {
  return proving.then(
    () => assert.fail(`${about}: nothing was refused`),
    (error: unknown) => error,
  );
}
