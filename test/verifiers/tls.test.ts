import { expect, test } from 'vitest';
import { tls } from '../../verifiers/tls.ts';
import { proofContext } from './proof-context.ts';

test('only the connection is promised, and the warning gives the reason', async () => {
  const reason = 'the image factory publishes no checksums';
  expect(await tls.prove({ kind: 'tls', reason }, proofContext({}))).toEqual({
    level: 'tls',
    digests: [],
    documents: [],
    warnings: [{ code: 'tls-only', message: reason }],
  });
});
