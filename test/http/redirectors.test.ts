import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { client, collect, mirrorOf, site } from './client.ts';
import { makeCertificate, startTlsServer } from './wire/tls-server.ts';

let redirector: Upstream;
let good: Upstream;
let bad: Upstream;
beforeEach(async () => {
  redirector = await startUpstream();
  good = await startUpstream({ x: 'here' });
  bad = await startUpstream();
});
afterEach(() => Promise.all([redirector.close(), good.close(), bad.close()]));

/** Sends the first request to the first place, and so on; the last place serves all others. */
function leadTo(...places: string[]): void {
  redirector.route('x', (_, response) => {
    response.writeHead(302, { location: (places.length > 1 ? places.shift() : places[0]) ?? '' });
    response.end();
  });
}

const http = () => {
  const mirrors = { ...mirrorOf(redirector), 'https://good.example/': good.url };
  return client({ mirrors, allowPlain: true, tuning: { attempts: 5 } });
};
const kinds: [string, () => Promise<string>][] = [
  ['a document', async () => (await http().metadata.get(`${site}x`)).text],
  ['one that may be absent', async () => (await http().metadata.find(`${site}x`))?.text ?? 'none'],
  [
    'a file',
    async () => {
      const { chunks } = await http().openBody(new URL(`${site}x`));
      return Buffer.from(await collect(chunks)).toString();
    },
  ],
];

describe.each(kinds)('%s behind a redirector', (kind, get) => {
  test.each([403, 404, 410])('is requested once more if one mirror answers %i', async (status) => {
    bad.route('x', 'no', { status });
    leadTo(`${bad.url}x`, `${good.url}x`);
    expect(await get()).toBe('here');
    expect([redirector, bad, good].map(({ requests }) => requests.length)).toEqual([2, 1, 1]);
  });

  test('is not requested a third time', async () => {
    bad.route('x', 'no', { status: 404 });
    leadTo(`${bad.url}x`);
    const answer = get();
    if (kind === 'one that may be absent') expect(await answer).toBe('none');
    else {
      const details = { status: 404, url: `${bad.url}x`, attempts: 2 };
      await expect(answer).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS', details });
    }
    expect(redirector.requests).toHaveLength(2);
  });

  test('is not requested again if the redirector itself answers', async () => {
    redirector.route('x', 'no', { status: 403 });
    await expect(get()).rejects.toMatchObject({ details: { status: 403 } });
    expect(redirector.requests).toHaveLength(1);
  });

  const identity = makeCertificate();
  test.skipIf(identity === undefined)('skips a mirror with a wrong certificate', async () => {
    if (identity === undefined) return;
    const server = await startTlsServer(identity, (_, response) => response.end('stolen'));
    leadTo(`${server.url}x`, `${good.url}x`);
    expect(await get()).toBe('here');
    leadTo(`${server.url}x`);
    await expect(get()).rejects.toMatchObject({ details: { reason: 'tls', attempts: 2 } });
    await server.close();
  });
});

describe.each([402, 403, 429])('%i with Retry-After', (status) => {
  beforeEach(() => vi.setSystemTime('2026-11-20T12:00:00Z'));
  afterEach(() => vi.useRealTimers());

  test('beyond the budget ends immediately and says when to come back', async () => {
    const headers = { 'retry-after': '86400' };
    redirector.route('x', 'no', { status, headers });
    for (const [, get] of kinds) {
      await expect(get()).rejects.toMatchObject({
        code: 'ERR_HTTP_STATUS',
        message: expect.stringContaining('try again at 2026-11-21T12:00:00.000Z'),
        hint: 'Try again after 2026-11-21T12:00:00.000Z.',
        details: { status, attempts: 1, retryAt: '2026-11-21T12:00:00.000Z' },
      });
    }
    expect(redirector.requests).toHaveLength(kinds.length);
  });

  test('within the budget is waited for', async () => {
    let left = 2;
    redirector.route('x', (_, response) => {
      left -= 1;
      response.writeHead(left >= 0 ? status : 200, { 'retry-after': '0' });
      response.end('here');
    });
    expect(await kinds[0]?.[1]()).toBe('here');
    expect(redirector.requests).toHaveLength(3);
  });
});
