import { expect, test } from 'vitest';
import { redactUrl } from '../../src/http/redact.ts';

test.each([
  ['https://user:secret@a.example/x?token=1#frag', 'https://a.example/x'],
  ['https://a.example', 'https://a.example/'],
  ['not an address', '<not an address>'],
])('%s is shown as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});
