import { expect, test } from 'vitest';
import { parseRegistryPlace } from '../../../src/oci/client/parse-registry-place.ts';

test.each([
  ['registry.example/fleet/images', 'registry.example', 'fleet/images', 'https://registry.example'],
  ['registry.example:443/a', 'registry.example', 'a', 'https://registry.example'],
  [
    'registry.example:5000/a__b/c-d.e',
    'registry.example:5000',
    'a__b/c-d.e',
    'https://registry.example:5000',
  ],
  ['localhost:5000/a', 'localhost:5000', 'a', 'http://localhost:5000'],
  ['127.0.0.1:5000/a', '127.0.0.1:5000', 'a', 'http://127.0.0.1:5000'],
  ['[::1]:5000/a', '[::1]:5000', 'a', 'http://[::1]:5000'],
  ['10.0.0.5:5000/a', '10.0.0.5:5000', 'a', 'https://10.0.0.5:5000'],
  ['http://10.0.0.5:5000/a', '10.0.0.5:5000', 'a', 'http://10.0.0.5:5000'],
  ['http://registry.example/a', 'registry.example', 'a', 'http://registry.example'],
  ['https://localhost/a', 'localhost', 'a', 'https://localhost'],
  ['docker.io/debian', 'docker.io', 'library/debian', 'https://registry-1.docker.io'],
  ['index.docker.io/me/disks', 'docker.io', 'me/disks', 'https://registry-1.docker.io'],
])('%s is %s, %s', (text, host, repository, origin) => {
  const place = parseRegistryPlace(text);
  expect(place).toMatchObject({ host, repository });
  expect(place.origin.origin).toBe(origin);
});

test.each([
  '',
  'fleet/images',
  'registry.example',
  'registry.example/',
  'registry.example/Fleet',
  'registry.example/fleet:tag',
  'registry.example/fleet@sha256:00',
  'registry.example/fleet/',
  'registry.example//fleet',
  'registry.example/a..b',
  'registry.example/-a',
  'registry.example/a?ns=b',
  'user:secret@registry.example/a',
  'https://user:secret@registry.example/a',
  'ftp://registry.example/a',
  'registry.example:port/a',
  `registry.example/${'a'.repeat(240)}`,
])('%j is refused, without its password in the message', (text) => {
  let failure: unknown;
  try {
    parseRegistryPlace(text);
  } catch (error) {
    failure = error;
  }
  expect(failure).toMatchObject({ code: 'ERR_INVALID_REQUEST', details: { field: 'registry' } });
  expect(JSON.stringify(failure) + String(failure)).not.toContain('secret');
});
