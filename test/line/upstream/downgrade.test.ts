import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeCertificate, startTlsServer, type TlsServer } from '../../http/wire/tls-server.ts';

const identity = makeCertificate();
const disk = makeDisk();
const bare = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
const imagePath = 'images.acme.example/acme.raw';
const refused = {
  code: 'ERR_REDIRECT',
  exitCode: 4,
  message: expect.stringContaining('redirects to plain http'),
};

describe.skipIf(identity === undefined)('an image that https redirects to plain http', () => {
  let line: Line;
  let secure: TlsServer;
  let build: object;
  beforeEach(async () => {
    line = await startLine();
    line.upstream.route(imagePath, disk);
    build = bare;
    secure = await startTlsServer(identity ?? { key: '', cert: '' }, (request, response) => {
      if (request.url === '/index.json') return void response.end(JSON.stringify([build]));
      response.writeHead(302, { location: `${line.upstream.url}${imagePath}` }).end();
    });
  });
  afterEach(async () => {
    await secure.close();
    await line.close();
  });

  const ensure = (options: EnsureOptions = {}, more: Record<string, string> = {}) => {
    const mirrors = { 'https://images.acme.example/': secure.url, ...more };
    return line.ensure('acme:1', { ca: identity?.cert, mirrors, ...options });
  };
  const codes = (warnings: readonly { code: string }[]) => warnings.map(({ code }) => code);
  /** The caller allows this place over plain http. */
  const named = () => ({ [line.upstream.url]: line.upstream.url });

  test.each<[string, object, EnsureOptions]>([
    ['without a digest', bare, {}],
    ['if no level is requested', bare, { trust: 'none' }],
    ['with a digest of the vendor', { ...bare, digest: sha256(disk) }, {}],
    ['with a digest of the caller', bare, { digest: sha256(disk) }],
  ])('%s is refused, and no byte of it is requested', async (_, offered, options) => {
    build = offered;
    await expect(ensure(options)).rejects.toMatchObject(refused);
    expect(line.asked()).toEqual([]);
    expect(await line.visible()).toEqual([]);
  });

  test('is followed to a place that the caller named, and has level none', async () => {
    const image = await ensure({ trust: 'none' }, named());
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(image.trust.level).toBe('none');
    expect(codes(image.trust.warnings)).toEqual(expect.arrayContaining(['mirror', 'unverified']));
    const hit = await ensure({ trust: 'none' }, named());
    expect(hit).toMatchObject({ origin: 'cache', trust: { level: 'none' } });
  });

  test('is refused if TLS is required', async () => {
    const untrusted = { code: 'ERR_UNTRUSTED', exitCode: 5 };
    await expect(ensure({ trust: 'tls' }, named())).rejects.toMatchObject(untrusted);
    expect(await line.visible()).toEqual([]);
    await ensure({ trust: 'none' }, named());
    await expect(ensure({ trust: 'tls' }, named())).rejects.toMatchObject(untrusted);
  });

  test('keeps the level of its digest at a place that the caller named', async () => {
    build = { ...bare, digest: sha256(disk) };
    const image = await ensure({}, named());
    expect(image.trust.level).toBe('checksum');
    expect(codes(image.trust.warnings)).toContain('mirror');
  });
});
