import { expect, test } from 'vitest';
import type { Digest } from '../../src/kit.ts';
import { digest } from '../../verifiers/digest.ts';
import { proofContext } from './proof-context.ts';

const hex = '47f2218668dd4776be140dd92fa3bea700be1766e2c7d88bdfd6a4b50f477b4d';
const context = proofContext({});

test('a digest in metadata counts as a checksum over TLS', async () => {
  expect(
    await digest.prove({ kind: 'digest', digest: `sha256:${hex}`, from: 'index' }, context),
  ).toEqual({ level: 'checksum', digests: [`sha256:${hex}`], documents: [], warnings: [] });
});

test('a digest of the disk inside is kept separate from that of the file', async () => {
  const proof = { kind: 'digest', digest: `sha512:${hex}${hex}`, of: 'disk', from: 'x' } as const;
  expect(await digest.prove(proof, context)).toMatchObject({
    digests: [],
    diskDigests: [`sha512:${hex}${hex}`],
  });
});

test('upper-case hex is changed to lower case, so that digests compare', async () => {
  const upper: Digest = `sha256:${hex.toUpperCase()}`;
  const evidence = await digest.prove({ kind: 'digest', digest: upper, from: 'x' }, context);
  expect(evidence.digests).toEqual([`sha256:${hex}`]);
});

test.each([
  ['cut', `sha256:${hex.slice(1)}`],
  ['of another length', `sha512:${hex}`],
  ['not hex', `sha256:${hex.replace('4', 'x')}`],
  ['empty', 'sha256:'],
] as [string, Digest][])(
  'a digest that is %s is refused, naming its place',
  async (_title, bad) => {
    await expect(
      digest.prove({ kind: 'digest', digest: bad, from: 'products.json' }, context),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_METADATA',
        message: expect.stringContaining('products.json'),
      }),
    );
  },
);
