import { expect, test } from 'vitest';
import { tls } from '../../verifiers/tls.ts';
import { proofContext } from './proof-context.ts';

test('nothing is promised but the connection, and the reason is said aloud', async () => {
  const reason = 'the image factory publishes no checksums';
  expect(await tls.prove({ kind: 'tls', reason }, proofContext({}))).toEqual({
    level: 'tls',
    digests: [],
    documents: [],
    warnings: [{ code: 'tls-only', message: reason }],
  });
});
