import { expect, test } from 'vitest';
import { parseReference } from '../../src/parts/reference.ts';

test.each([
  ['ubuntu', { kind: 'vendor', vendor: 'ubuntu', release: 'latest' }],
  ['Ubuntu:24.04', { kind: 'vendor', vendor: 'ubuntu', release: '24.04' }],
  [
    'debian:13@20260810-2566',
    { kind: 'vendor', vendor: 'debian', release: '13', snapshot: '20260810-2566' },
  ],
  [
    'arch@20260715.556894',
    { kind: 'vendor', vendor: 'arch', release: 'latest', snapshot: '20260715.556894' },
  ],
  ['fedora-coreos:stable', { kind: 'vendor', vendor: 'fedora-coreos', release: 'stable' }],
  ...[
    'quay.io/containerdisks/ubuntu:24.04',
    'quay.io/containerdisks/ubuntu',
    'docker.io/alpine:3_A.b-c',
    '127.0.0.1:5000/a/b__c',
    'registry:5000/a:latest',
    'localhost/a',
    '[::1]:5000/a:1',
  ].map((release): [string, object] => [
    `oci:${release}`,
    { kind: 'vendor', vendor: 'oci', release },
  ]),
  ...[':', '-'].map((sign): [string, object] => [
    `oci:quay.io/a/b:1@sha256${sign}${'ab'.repeat(32)}`,
    {
      kind: 'vendor',
      vendor: 'oci',
      release: 'quay.io/a/b:1',
      snapshot: `sha256-${'ab'.repeat(32)}`,
    },
  ]),
])('%s names a vendor', (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
});

test('an address is an address, a path is a file', () => {
  const address = parseReference('https://host.example/a.qcow2?token=1');
  expect(address).toMatchObject({
    kind: 'url',
    url: new URL('https://host.example/a.qcow2?token=1'),
  });
  expect(parseReference('/srv/a.img')).toMatchObject({
    kind: 'file',
    url: new URL('file:///srv/a.img'),
  });
  expect(parseReference('./a b.img').kind).toBe('file');
  expect(parseReference('../a.img').kind).toBe('file');
  expect(parseReference('file:///srv/a.img').kind).toBe('file');
});

test.each([
  '',
  ' ',
  ':13',
  'debian:',
  'debian@',
  'debian:13@',
  'a:b:c',
  'debian:13/x',
  'ftp://h/a',
  'http://',
  '-x',
  'debian 13',
  `d:${'9'.repeat(200)}`,
  'oci:ubuntu:24.04',
  'oci:containerdisks/ubuntu:24.04',
  'oci:quay.io/',
  'oci:quay.io/a:',
  'oci:quay.io/a b',
  'oci:quay.io/a@sha256:',
  'oci:quay.io/a@1',
  'oci:user@quay.io/a',
  'oci://quay.io/a',
  'oci:quay.io/a?b',
])('%j is refused', (text) => {
  expect(() => parseReference(text)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
  );
});
