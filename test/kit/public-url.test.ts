import { expect, test } from 'vitest';
import { publicUrl, shownText } from '../../src/kit.ts';

test('keeps the address, removes possible secrets, and does not change its input', () => {
  const url = new URL('https://user:secret@x.test:8443/a%20b/?token=1#part');
  expect(publicUrl(url)).toBe('https://x.test:8443/a%20b/');
  expect(url.search).toBe('?token=1');
  expect(publicUrl('https://a.example')).toBe('https://a.example/');
  expect(publicUrl('secret')).toBe('<not an address>');
});

test('shows the name of an image in a registry, and no user info before a host', () => {
  const name = `oci:quay.io/containerdisks/ubuntu:24.04@sha256:${'ab'.repeat(32)}`;
  expect(shownText(name)).toBe(name);
  for (const text of ['oci:user:secret@quay.io/a:1', `oci:user:secret@quay.io/a@sha256:ab`]) {
    expect(shownText(text)).not.toContain('secret');
  }
});
