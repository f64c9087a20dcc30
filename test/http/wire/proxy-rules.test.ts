import { expect, test } from 'vitest';
import { proxyFor, unusableProxies } from '../../../src/http/wire/proxy-rules.ts';

const env = {
  HTTPS_PROXY: 'http://me:secret@proxy.example:3128',
  HTTP_PROXY: 'http://plain.example',
};

test.each([
  ['https://a.example/x', env, 'proxy.example:3128'],
  ['http://a.example/x', env, 'plain.example'],
  ['https://a.example/x', { ...env, https_proxy: 'http://lower.example:1' }, 'lower.example:1'],
  ['https://a.example/x', { HTTP_PROXY: 'http://plain.example' }, undefined],
  ['https://a.example/x', { HTTPS_PROXY: 'proxy.example:3128' }, undefined],
  ['https://a.example/x', { HTTPS_PROXY: 'socks5://proxy.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: '*' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'b.example, A.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'a.example:443' }, undefined],
  ['https://a.example:8443/x', { ...env, NO_PROXY: 'a.example:443' }, 'proxy.example:3128'],
  ['https://a.example/x', { ...env, NO_PROXY: '.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: '*.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'example' }, 'proxy.example:3128'],
  ['https://xa.example/x', { ...env, NO_PROXY: '.a.example' }, 'proxy.example:3128'],
  ['https://10.0.0.7/x', { ...env, NO_PROXY: '10.0.0.1-10.0.0.9' }, undefined],
  ['https://10.0.0.10/x', { ...env, NO_PROXY: '10.0.0.1-10.0.0.9' }, 'proxy.example:3128'],
  ['https://10.0.0.7/x', { ...env, NO_PROXY: '10.0.0.9-10.0.0.1' }, 'proxy.example:3128'],
  ['https://[::1]/x', { ...env, NO_PROXY: '::1' }, undefined],
])('%s with %j goes through %s', (url, variables: Record<string, string>, proxy) => {
  expect(proxyFor(new URL(url), variables)).toBe(proxy);
});

test('variables without a scheme are named', () => {
  expect(unusableProxies({ ...env, https_proxy: 'proxy.example:3128' })).toEqual(['https_proxy']);
});
