import { expect, test } from 'vitest';
import { parseChallenges } from '../../../src/oci/auth/challenges.ts';

test.each([
  ['Basic realm="Registry"', [{ scheme: 'basic', params: { realm: 'Registry' } }]],
  [
    'Bearer realm="https://auth.example/token",service="a, b",scope="repository:x:pull,push repository:y:pull"',
    [
      {
        scheme: 'bearer',
        params: {
          realm: 'https://auth.example/token',
          service: 'a, b',
          scope: 'repository:x:pull,push repository:y:pull',
        },
      },
    ],
  ],
  [
    'Negotiate, Basic realm="one", Bearer realm=two , SERVICE = "three"',
    [
      { scheme: 'negotiate', params: {} },
      { scheme: 'basic', params: { realm: 'one' } },
      { scheme: 'bearer', params: { realm: 'two', service: 'three' } },
    ],
  ],
  [
    'NTLM TlRMTVNTUAAB==, Basic realm="a \\"quoted\\" word"',
    [
      { scheme: 'ntlm', params: {} },
      { scheme: 'basic', params: { realm: 'a "quoted" word' } },
    ],
  ],
  ['realm="of nothing"', []],
  ['Basic realm="never ends', [{ scheme: 'basic', params: {} }]],
  ['', []],
  [' , ,', []],
])('%s', (header, expected) => {
  const found = parseChallenges(header).map(({ scheme, params }) => ({ scheme, params }));
  expect(found.slice(0, expected.length)).toEqual(expected);
  expect(found.slice(expected.length).filter(({ params }) => 'realm' in params)).toEqual([]);
});
