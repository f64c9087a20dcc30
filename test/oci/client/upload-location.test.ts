import { expect, test } from 'vitest';
import { closingUrl, uploadLocation } from '../../../src/oci/client/upload/location.ts';

const asked = new URL('https://registry.example/v2/fleet/images/blobs/uploads/');

function locate(location: string | undefined, from: URL = asked): string {
  const headers: Record<string, string> = location === undefined ? {} : { location };
  return uploadLocation({ status: 202, headers, text: '' }, from).href;
}

test.each([
  ['a path', '/v2/x?_state=a', 'https://registry.example/v2/x?_state=a'],
  ['a relative path', 'id?s=1', 'https://registry.example/v2/fleet/images/blobs/uploads/id?s=1'],
  ['an address', 'https://registry.example/upload/1', 'https://registry.example/upload/1'],
  ['a storage', 'https://storage.example/b?sig=1', 'https://storage.example/b?sig=1'],
  [
    'the same host without https, from a registry behind a proxy',
    'http://registry.example/v2/x',
    'https://registry.example/v2/x',
  ],
  [
    'the same host by its port of http',
    'http://registry.example:80/v2/x',
    'https://registry.example/v2/x',
  ],
])('%s is followed', (_, location, expected) => {
  expect(locate(location)).toBe(expected);
});

test('a registry on loopback may lead to another port of this host', () => {
  const loopback = new URL('http://127.0.0.1:5000/v2/x/blobs/uploads/');
  expect(locate('http://127.0.0.1:6000/b', loopback)).toBe('http://127.0.0.1:6000/b');
});

test.each([
  ['a private address', 'https://10.0.0.1/b'],
  ['loopback', 'https://localhost/b'],
  ['the metadata of a cloud', 'https://169.254.169.254/latest'],
  ['another host without https', 'http://storage.example/b'],
  ['another scheme', 'file:///etc/passwd'],
])('%s is refused', (_, location) => {
  expect(() => locate(location)).toThrow(expect.objectContaining({ code: 'ERR_REDIRECT' }));
});

test.each([undefined, 'http://'])(
  'the Location %s is not valid in an answer of a registry',
  (location) => {
    expect(() => locate(location)).toThrow(expect.objectContaining({ code: 'ERR_METADATA' }));
  },
);

test('the digest is appended to the query unchanged', () => {
  const signed = new URL('https://registry.example/u?_state=a%2Fb%20c&sig=x+y');
  expect(closingUrl(signed, 'sha256:ab').search).toBe(
    '?_state=a%2Fb%20c&sig=x+y&digest=sha256%3Aab',
  );
  expect(closingUrl(new URL('https://registry.example/u'), 'sha256:ab').search).toBe(
    '?digest=sha256%3Aab',
  );
});
