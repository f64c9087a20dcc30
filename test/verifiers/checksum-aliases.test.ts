import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChecksumsProof, Evidence } from '../../src/kit.ts';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { checksums } from '../../verifiers/checksums.ts';
import { mirrored, proofContext, site } from './proof-context.ts';

const own = 'a1'.repeat(32);
const other = 'b2'.repeat(32);
const url = new URL('r1/demo.qcow2.sha256', site);

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

function prove(aliases?: string[]): Promise<Evidence> {
  const proof: ChecksumsProof = { kind: 'checksums', url, ...(aliases && { aliases }) };
  return checksums.prove(proof, proofContext(mirrored(upstream)));
}

test.each([
  ['an alias', `${own}  latest.qcow2\n`, ['latest.qcow2'], own],
  [
    'its own name, before an alias',
    `${other}  latest.qcow2\n${own}  demo.qcow2\n`,
    ['latest.qcow2'],
    own,
  ],
])('a sidecar is accepted for %s', async (_, text, aliases, hex) => {
  upstream.route('r1/demo.qcow2.sha256', text);
  expect((await prove(aliases)).digests).toEqual([`sha256:${hex}`]);
});

test.each([
  ['no alias is given', undefined],
  ['the name is not one of them', ['newest.qcow2']],
])('a sidecar with another name is refused where %s', async (_, aliases) => {
  upstream.route('r1/demo.qcow2.sha256', `${own}  latest.qcow2\n`);
  await expect(prove(aliases)).rejects.toMatchObject({
    code: 'ERR_DIGEST',
    details: { reason: 'not-listed', fileName: 'demo.qcow2' },
  });
});
