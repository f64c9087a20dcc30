import assert from 'node:assert/strict';
import { defineTier } from '../../kit/define.ts';
import type { CaseOf } from './case.ts';
import {
  collectChunks,
  piecesOf,
  type TierSubject,
  trialBytes,
  trialFile,
  uploadOf,
  withTier,
} from './tier-subject.ts';

const file = trialFile();

/** The requirements for every tier. */
export const tierCases: readonly CaseOf<TierSubject>[] = [
  {
    id: 'tier/describes-itself',
    title: 'has the shape of a tier',
    run: (subject) => withTier(subject, async ({ tier }) => void defineTier(tier)),
  },
  {
    id: 'tier/has-nothing',
    title: 'has no copy of a file that it was never given',
    run: (subject) => withTier(subject, async ({ fetch }) => assertNone(await fetch(file))),
  },
  {
    id: 'tier/keeps',
    title: 'gives the bytes that it was given, and their length',
    run: (subject) =>
      withTier(subject, async ({ store, visit, fetch }) => {
        await store(file, trialBytes);
        assert.equal(await visit(file, async ({ copy }) => copy?.sizeBytes), trialBytes.length);
        assertSame(await fetch(file), trialBytes);
      }),
  },
  {
    id: 'tier/has-an-address',
    title: 'says where a copy lies, without credentials',
    run: (subject) =>
      withTier(subject, async ({ store, visit }) => {
        await store(file, trialBytes);
        await visit(file, async ({ copy }) => {
          const url = URL.parse(copy?.url ?? '');
          assert.ok(url, `${copy?.url} is no address`);
          assert.equal(`${url.username}${url.password}${url.search}`, '');
        });
      }),
  },
  {
    id: 'tier/reads-ranges',
    title: 'reads any range, and several at once',
    run: (subject) =>
      withTier(subject, async ({ store, visit, context }) => {
        await store(file, trialBytes);
        const { length } = trialBytes;
        const ranges = [
          [0, 1],
          [1000, 1_500_000],
          [length - 1, length],
          [1_000_000, undefined],
        ] as const;
        await visit(file, async ({ copy }) => {
          await Promise.all(
            ranges.map(async ([start, end]) => {
              const bytes = copy && (await collectChunks(copy.read(start, end, context().signal)));
              assertSame(bytes, trialBytes.subarray(start, end));
            }),
          );
        });
      }),
  },
  {
    id: 'tier/tells-files-apart',
    title: 'does not give one file for another name or role',
    run: (subject) =>
      withTier(subject, async ({ store, fetch }) => {
        const names = ['trial_1.0_default_amd64_20260102', 'trial_1.0_default_amd64_2026+30101'];
        const others = [
          trialFile({ role: 'kernel' }),
          ...names.map((name) => trialFile({ name })),
          trialFile({ name: `trial_${'9'.repeat(200)}_default_amd64_1` }),
          trialFile({ name: `trial_${'9'.repeat(200)}_default_amd64_2` }),
        ];
        await store(file, trialBytes);
        for (const [index, other] of others.entries()) {
          assertNone(await fetch(other), `${other.name} ${other.role} is there`);
          const bytes = trialBytes.subarray(0, 1000 + index);
          const { sizeBytes: _, ...about } = other;
          await store({ ...about, digests: [] }, bytes);
          assertSame(await fetch({ ...about, digests: [] }), bytes);
        }
        assertSame(await fetch(file), trialBytes);
      }),
  },
  {
    id: 'tier/whole-or-nothing',
    title: 'has no copy of a file whose bytes broke off while it took them',
    run: (subject) =>
      withTier(subject, async ({ visit, fetch }) => {
        const lost = new Error('the bytes broke off');
        const upload = uploadOf(file, trialBytes, async function* () {
          yield* piecesOf(trialBytes.subarray(0, 1_000_000));
          throw lost;
        });
        const storing = visit(file, async ({ store }) => store?.(upload));
        await assert.rejects(storing, 'it took half of a file');
        assertNone(await fetch(file));
      }),
  },
  {
    id: 'tier/refuses',
    title: 'does not give a copy again that was refused',
    run: (subject) =>
      withTier(subject, async ({ store, visit, fetch }) => {
        await store(file, trialBytes);
        await visit(file, async ({ copy }) => copy?.refuse(new Error('not what the proofs say')));
        assertNone(await fetch(file));
      }),
  },
  {
    id: 'tier/gives-up',
    title: 'is free for others after a visit that stored nothing',
    run: (subject) =>
      withTier(subject, async ({ store, visit, fetch }) => {
        await visit(file, async () => {});
        await store(file, trialBytes);
        assertSame(await fetch(file), trialBytes);
      }),
  },
  {
    id: 'tier/aborts',
    title: 'ends a visit, and a copy that is read, when the call is aborted',
    run: (subject) =>
      withTier(subject, async ({ tier, store, visit, context }) => {
        const gone = AbortSignal.abort(new Error('no longer wanted'));
        await assert.rejects(tier.visit(file, context(gone)), 'it looks for an aborted call');
        await store(file, trialBytes);
        await visit(file, async ({ copy }) => {
          const reading = copy && collectChunks(copy.read(0, undefined, gone));
          await assert.rejects(Promise.resolve(reading), 'it reads for an aborted call');
        });
      }),
  },
];

/** Not a comparison, because its message would contain all bytes. */
function assertNone(actual: Uint8Array | undefined, what = 'a copy is there'): void {
  assert.ok(actual === undefined, what);
}

function assertSame(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual !== undefined, 'there is no copy');
  assert.equal(actual.length, expected.length, 'a copy of another length');
  assert.ok(Buffer.from(actual).equals(expected), 'other bytes');
}
