import { expect, test } from 'vitest';
import { publicUrl } from '../../src/kit.ts';

test('keeps what an address is, drops what may be secret, and leaves the address alone', () => {
  const url = new URL('https://user:secret@x.test:8443/a%20b/?token=1#part');
  expect(publicUrl(url)).toBe('https://x.test:8443/a%20b/');
  expect(url.search).toBe('?token=1');
  expect(publicUrl('https://a.example')).toBe('https://a.example/');
  expect(publicUrl('secret')).toBe('<not an address>');
});
