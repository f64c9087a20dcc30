import { describe, expect, test } from 'vitest';
import { isPrivateHost } from '../../../src/http/addresses/private-hosts.ts';
import { firstHop, type Hop, nextHop } from '../../../src/http/addresses/rules.ts';

const rules = {
  mirrors: {
    'https://images.example/': 'http://10.0.0.5/images/',
    'https://other.example/': 'https://mirror.example/other/',
  },
  allowPlain: false,
};
const hop = (url: string, mirrored = false): Hop => ({
  url: new URL(url),
  mirrored,
  plain: url.startsWith('http:'),
});

describe('private hosts', () => {
  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://①②⑦.0.0.1/',
    'http://0.0.0.0/',
    'http://10.1.2.3/',
    'http://100.64.0.1/',
    'http://169.254.169.254/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://api.localhost/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::10.0.0.1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
  ])('%s', (url) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(true);
  });

  test.each([
    'http://images.example/',
    'http://localhost.example/',
    'http://8.8.8.8/',
    'http://172.32.0.1/',
    'http://100.128.0.1/',
    'http://[2a00:1450::1]/',
    'http://[64:ff9b::8.8.8.8]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[2002:808:808::]/',
  ])('%s is not private', (url) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(false);
  });
});

describe('the first address', () => {
  test.each([
    ['https://public.example/x', 'https://public.example/x', false],
    ['https://images.example/x', 'http://10.0.0.5/images/x', true],
  ])('%s is requested as %s', (url, asked, mirrored) => {
    const first = firstHop(new URL(url), rules);
    expect([first.url.href, first.mirrored]).toEqual([asked, mirrored]);
  });

  test('plain http needs a mirror or a digest', () => {
    const url = new URL('http://u:secret@public.example/x?k=v');
    expect(() => firstHop(url, rules)).toThrow(
      expect.objectContaining({
        code: 'ERR_UNTRUSTED',
        message: expect.stringMatching(/^http:\/\/public\.example\/x is plain http/),
        hint: expect.stringMatching(/https.*mirror.*digest/),
      }),
    );
    expect(firstHop(url, { ...rules, allowPlain: true }).url).toBe(url);
  });

  test.each(['file:///etc/passwd', 'ftp://public.example/x', 'data:,x'])('%s is refused', (url) => {
    const anyhow = { ...rules, allowPlain: true };
    expect(() => firstHop(new URL(url), anyhow)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
    );
  });
});

describe('a redirect', () => {
  test.each([
    [
      'from a public host to another',
      hop('https://a.example/x'),
      'https://b.example/y',
      'https://b.example/y',
      false,
    ],
    ['to a relative place', hop('https://a.example/x/y'), '../z', 'https://a.example/z', false],
    [
      'to a protocol-relative place',
      hop('https://a.example/x'),
      '//b.example/y',
      'https://b.example/y',
      false,
    ],
    [
      'that a mirror covers',
      hop('https://a.example/x'),
      'https://images.example/y',
      'http://10.0.0.5/images/y',
      true,
    ],
    [
      'to the mirror itself',
      hop('https://a.example/x'),
      'http://10.0.0.5/images/y',
      'http://10.0.0.5/images/y',
      true,
    ],
    [
      'within a plain mirror',
      hop('http://10.0.0.5/images/x', true),
      '/pool/x',
      'http://10.0.0.5/pool/x',
      true,
    ],
    [
      'from a mirror to upstream',
      hop('http://10.0.0.5/images/x', true),
      'https://a.example/x',
      'https://a.example/x',
      true,
    ],
    [
      'between private hosts',
      hop('https://10.0.0.7/x'),
      'https://10.0.0.8/x',
      'https://10.0.0.8/x',
      false,
    ],
    [
      'up to https',
      hop('http://10.0.0.5/images/x', true),
      'https://10.0.0.5/x',
      'https://10.0.0.5/x',
      true,
    ],
    ['without its fragment', hop('https://a.example/x'), '/y#z', 'https://a.example/y', false],
  ])('%s is followed', (_, from, location, to, mirrored) => {
    const next = nextHop(from, location, rules);
    expect([next.url.href, next.mirrored]).toEqual([to, mirrored]);
  });

  test.each([
    ['from https to http', hop('https://a.example/x'), 'http://a.example/x', 'ERR_REDIRECT'],
    ['to a file', hop('https://a.example/x'), 'file:///etc/passwd', 'ERR_REDIRECT'],
    ['to data', hop('https://a.example/x'), 'data:text/plain,x', 'ERR_REDIRECT'],
    ['to nonsense', hop('https://a.example/x'), 'https://[', 'ERR_REDIRECT'],
    ['to loopback', hop('https://a.example/x'), 'https://127.0.0.1/x', 'ERR_REDIRECT'],
    ['to loopback as a number', hop('https://a.example/x'), 'https://2130706433/x', 'ERR_REDIRECT'],
    [
      'to loopback in IPv6',
      hop('https://a.example/x'),
      'https://[::ffff:7f00:1]/x',
      'ERR_REDIRECT',
    ],
    [
      "to a cloud's metadata",
      hop('https://a.example/x'),
      'https://169.254.169.254/latest',
      'ERR_REDIRECT',
    ],
    ['to localhost', hop('https://a.example/x'), 'https://localhost/x', 'ERR_REDIRECT'],
    ['beside a mirror', hop('https://a.example/x'), 'https://10.0.0.5/x', 'ERR_REDIRECT'],
    [
      'from a plain mirror elsewhere in plain',
      hop('http://10.0.0.5/images/x', true),
      'http://10.0.0.9/x',
      'ERR_UNTRUSTED',
    ],
  ])('%s is refused', (_, from, location, code) => {
    expect(() => nextHop(from, location, rules)).toThrow(expect.objectContaining({ code }));
  });

  test('from https to http is refused even if a digest allows plain http', () => {
    const anyhow = { ...rules, allowPlain: true };
    expect(() => nextHop(hop('https://a.example/x'), 'http://a.example/x', anyhow)).toThrow(
      expect.objectContaining({ code: 'ERR_REDIRECT' }),
    );
    const plain = nextHop(hop('http://a.example/x'), 'http://b.example/x', anyhow);
    expect(plain.url.href).toBe('http://b.example/x');
  });

  test('to another origin carries no credentials, neither ours nor those in the address', () => {
    const from = hop('https://me:secret@a.example/x');
    expect(nextHop(from, '/y', rules).url.href).toBe('https://me:secret@a.example/y');
    expect(nextHop(from, 'https://b.example/y', rules).url.href).toBe('https://b.example/y');
    expect(nextHop(from, 'https://x:y@b.example/', rules).url.href).toBe('https://b.example/');
  });
});
