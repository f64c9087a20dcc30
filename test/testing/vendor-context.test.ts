import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/core.ts';
import { createVendorContext, type TestVendorContext } from '../../src/testing/index.ts';

const site = 'https://images.acme.example/';
const documents = { [`${site}index.json`]: '["1"]' };
let context: TestVendorContext;
beforeEach(async () => {
  context = await createVendorContext({ documents, origins: ['https://keys.acme.example/'] });
});
afterEach(() => context.close());

describe('the client', () => {
  test('reads documents under their real addresses', async () => {
    const document = await context.http.get(`${site}index.json`);
    expect(document.json()).toEqual(['1']);
    expect(document.url.href).toBe(`${site}index.json`);
  });

  test('finds nothing else on the origins of the documents, and on additional ones', async () => {
    expect(await context.http.find(`${site}other`)).toBeUndefined();
    expect(await context.http.find('https://keys.acme.example/key')).toBeUndefined();
    await expect(context.http.get(`${site}other`)).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      details: { status: 404 },
    });
  });

  test('reaches no other origin, and names the missing document', async () => {
    for (const method of ['get', 'find', 'head'] as const) {
      await expect(context.http[method]('https://other.example/a')).rejects.toMatchObject({
        code: 'ERR_NETWORK',
        message: 'nothing is served for https://other.example/a',
        details: { url: 'https://other.example/a' },
      });
    }
    expect(context.requests).toEqual([]);
  });

  test('refuses plain http, as the product does', async () => {
    const call = context.http.get(`${site.replace('https', 'http')}index.json`);
    await expect(call).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
    expect(context.requests).toEqual([]);
  });

  test('refuses a page in place of a document', async () => {
    context.put(`${site}index.json`, '<!DOCTYPE html><html><body>Log in</body></html>');
    await expect(context.http.get(`${site}index.json`)).rejects.toMatchObject({
      code: 'ERR_METADATA',
    });
  });
});

test('requests are listed in order, with their methods', async () => {
  await context.http.head(`${site}index.json`);
  await context.http.get(`${site}index.json`);
  await context.http.find(`${site}a?b=1`);
  const asked = [`HEAD ${site}index.json`, `GET ${site}index.json`, `GET ${site}a?b=1`];
  expect(context.requests).toEqual(asked);
});

test('put() adds a document, replaces one, and gives it a status', async () => {
  context.put(`${site}index.json`, '["2"]');
  context.put('https://new.example/a', 'gone', { status: 410 });
  expect((await context.http.get(`${site}index.json`)).json()).toEqual(['2']);
  expect(await context.http.find('https://new.example/a')).toBeUndefined();
});

test('default values are the same in every run', async () => {
  expect(context.now).toEqual(new Date('2026-11-20T12:00:00Z'));
  expect(context.boot).toBe(false);
  expect(context.signal.aborted).toBe(false);
});

test('clock, boot, log and signal can be given', async () => {
  const lines: LogEntry[] = [];
  const log = (line: LogEntry): void => void lines.push(line);
  const signal = AbortSignal.abort(new Error('stop'));
  await using own = await createVendorContext({ now: '2027-01-01', boot: true, log, signal });
  expect(own).toMatchObject({ now: new Date('2027-01-01'), boot: true, signal });
  own.log({ level: 'warn', message: 'odd' });
  expect(lines).toEqual([{ level: 'warn', message: 'odd' }]);
});

describe('renew()', () => {
  test('returns a client that has read nothing yet, over the same documents', async () => {
    await context.http.get(`${site}index.json`);
    await context.http.get(`${site}index.json`);
    expect(context.requests.length).toBe(1);
    context.put(`${site}index.json`, '["2"]');
    const { http } = context.renew();
    expect((await http.get(`${site}index.json`)).json()).toEqual(['2']);
    expect(context.requests.length).toBe(2);
  });

  test('changes the named fields, and keeps the rest', async () => {
    await using own = await createVendorContext({ now: '2027-01-01', boot: true });
    const signal = AbortSignal.abort(new Error('stop'));
    const changed = own.renew({ signal, boot: false });
    expect(changed).toMatchObject({ now: new Date('2027-01-01'), boot: false, signal });
    await expect(changed.http.get(`${site}index.json`)).rejects.toThrow();
  });

  test('an abort ends a request with the reason of the caller', async () => {
    const reason = new Error('stop');
    const { http } = context.renew({ signal: AbortSignal.abort(reason) });
    await expect(http.get(`${site}index.json`)).rejects.toBe(reason);
  });
});

test('close() stops the server', async () => {
  await context.close();
  await expect(context.http.get(`${site}index.json`)).rejects.toMatchObject({
    code: 'ERR_NETWORK',
  });
});
