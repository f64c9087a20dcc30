import { expect, test } from 'vitest';
import { chooseProxy, shownProxy } from '../../../src/http/wire/proxy-rules.ts';

const env = {
  HTTPS_PROXY: 'http://me:secret@proxy.example:3128',
  HTTP_PROXY: 'http://plain.example',
};
const through = 'proxy.example:3128';

test.each([
  ['https://a.example/x', env, through],
  ['http://a.example/x', env, 'plain.example'],
  ['https://a.example/x', { ...env, https_proxy: 'http://lower.example:1' }, 'lower.example:1'],
  ['https://a.example/x', { HTTP_PROXY: 'http://plain.example' }, undefined],
  ['https://a.example/x', { HTTPS_PROXY: 'proxy.example:3128' }, through],
  ['https://a.example/x', { HTTPS_PROXY: ' me:secret@proxy.example:3128 ' }, through],
  ['https://a.example/x', { HTTPS_PROXY: 'https://proxy.example:3128' }, through],
  ['https://a.example/x', { HTTPS_PROXY: 'socks5://proxy.example' }, undefined],
  ['https://a.example/x', { ALL_PROXY: 'http://proxy.example:3128' }, through],
  ['http://a.example/x', { all_proxy: 'proxy.example:3128' }, through],
  ['http://a.example/x', { ...env, ALL_PROXY: 'http://all.example' }, 'plain.example'],
  ['https://a.example/x', { ...env, NO_PROXY: '*' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'b.example, A.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'b.example  a.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'a.example.' }, undefined],
  ['https://a.example./x', { ...env, NO_PROXY: 'a.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'a.example:443' }, undefined],
  ['https://a.example:8443/x', { ...env, NO_PROXY: 'a.example:443' }, through],
  ['https://a.example/x', { ...env, NO_PROXY: '.example' }, undefined],
  ['https://example/x', { ...env, NO_PROXY: '.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: '*.example' }, undefined],
  ['https://a.example/x', { ...env, NO_PROXY: 'example' }, undefined],
  ['https://aexample/x', { ...env, NO_PROXY: 'example' }, through],
  ['https://xa.example/x', { ...env, NO_PROXY: '.a.example' }, through],
  ['https://xa.example/x', { ...env, NO_PROXY: 'a.example' }, through],
  ['https://a.example/x', { ...env, NO_PROXY: '., ,' }, through],
  ['https://10.0.0.7/x', { ...env, NO_PROXY: '10.0.0.1-10.0.0.9' }, undefined],
  ['https://10.0.0.10/x', { ...env, NO_PROXY: '10.0.0.1-10.0.0.9' }, through],
  ['https://10.0.0.7/x', { ...env, NO_PROXY: '10.0.0.9-10.0.0.1' }, through],
  ['https://10.1.2.3/x', { ...env, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3/x', { ...env, NO_PROXY: '10.0.0.0/8' }, through],
  ['https://10.1.2.3/x', { ...env, NO_PROXY: '10.0.0.0/33' }, through],
  ['https://110.0.0.7/x', { ...env, NO_PROXY: '10.0.0.7' }, through],
  ['https://1.10.0.0.7.example/x', { ...env, NO_PROXY: '10.0.0.0/8' }, through],
  ['https://[::1]/x', { ...env, NO_PROXY: '::1' }, undefined],
  ['https://[::1]/x', { ...env, NO_PROXY: '[::1]' }, undefined],
  ['https://[fd00::7]/x', { ...env, NO_PROXY: 'fd00::/8' }, undefined],
  ['https://[fe00::7]/x', { ...env, NO_PROXY: 'fd00::/8' }, through],
])('%s with %j goes through %s', (url, variables: Record<string, string>, proxy) => {
  expect(shownProxy(chooseProxy(new URL(url), variables).proxy)).toBe(proxy);
});

test('a variable with an unsupported kind of proxy is named, for the addresses to which it applies', () => {
  const variables = { ALL_PROXY: 'socks5h://me:secret@proxy.example', NO_PROXY: 'b.example' };
  const choose = (url: string) => chooseProxy(new URL(url), variables);
  expect(choose('https://a.example/')).toEqual({ unusable: 'ALL_PROXY' });
  expect(choose('https://b.example/')).toEqual({});
  expect(chooseProxy(new URL('https://a.example/'), { ...variables, ...env })).toEqual({
    proxy: env.HTTPS_PROXY,
  });
});
