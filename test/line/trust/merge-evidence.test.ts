import { expect, test } from 'vitest';
import type { Digest, Evidence } from '../../../src/contracts/proof.ts';
import { mergeEvidence } from '../../../src/line/trust/merge-evidence.ts';

const a: Digest = `sha256:${'a'.repeat(64)}`;
const b: Digest = `sha256:${'b'.repeat(64)}`;
const long: Digest = `sha512:${'c'.repeat(128)}`;

function evidence(more: Partial<Evidence>): Evidence {
  return { level: 'checksum', digests: [], documents: [], warnings: [], ...more };
}

test('all evidence counts, and the best level is used', () => {
  const merged = mergeEvidence(
    [evidence({ digests: [a], level: 'tls' }), evidence({ digests: [long, a], sizeBytes: 5 })],
    a,
  );
  expect(merged).toMatchObject({ level: 'checksum', pinned: true, sizeBytes: 5 });
  expect(merged.digests).toEqual([a, long]);
});

test.each([
  [[evidence({ digests: [a] }), evidence({ digests: [b] })], undefined, 'ERR_DIGEST'],
  [[evidence({ digests: [a] })], b, 'ERR_DIGEST'],
  [[evidence({ diskDigests: [a] }), evidence({ diskDigests: [b] })], undefined, 'ERR_DIGEST'],
  [[evidence({ sizeBytes: 1 }), evidence({ sizeBytes: 2 })], undefined, 'ERR_SIZE'],
] as const)('proofs that disagree are an error (%#)', (list, pin, code) => {
  expect(() => mergeEvidence(list, pin)).toThrow(expect.objectContaining({ code, exitCode: 5 }));
});

test('without evidence the level is none', () => {
  expect(mergeEvidence([], undefined)).toMatchObject({ level: 'none', pinned: false, digests: [] });
});
