import { expect, test } from 'vitest';
import { parseRealm } from '../../../src/oci/auth/realm.ts';

test.each([
  ['https://auth.example/token?a=b', 'https://registry.example', 'https://auth.example/token?a=b'],
  ['https://registry.example/token', 'https://registry.example', 'https://registry.example/token'],
  ['http://127.0.0.1:5001/token', 'http://localhost:5000', 'http://127.0.0.1:5001/token'],
  ['https://10.0.0.6/token', 'https://10.0.0.5', 'https://10.0.0.6/token'],
  ['http://auth.example/token', 'http://registry.example', 'http://auth.example/token'],
  [
    'https://user:secret@auth.example/token',
    'https://registry.example',
    'https://auth.example/token',
  ],
])('the realm %s of %s is requested', (realm, registry, address) => {
  expect(parseRealm(realm, new URL(registry)).href).toBe(address);
});

test.each([
  ['http://auth.example/token', 'https://registry.example'],
  ['http://registry.example/token', 'https://registry.example'],
  ['https://169.254.169.254/latest', 'https://registry.example'],
  ['https://[::1]/token', 'https://registry.example'],
  ['https://2130706433/token', 'https://registry.example'],
  ['https://localhost/token', 'https://registry.example'],
  ['https://10.0.0.5/token', 'https://registry.example'],
  ['file:///etc/passwd', 'https://registry.example'],
  ['token', 'https://registry.example'],
  ['', 'https://registry.example'],
])('the realm %s of %s is refused', (realm, registry) => {
  expect(() => parseRealm(realm, new URL(registry))).toThrow(
    expect.objectContaining({ code: 'ERR_METADATA' }),
  );
});
