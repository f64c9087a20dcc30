import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectRegistry, type RegistryConnection } from '../../../src/oci/client/connection.ts';
import { parseRegistryPlace } from '../../../src/oci/client/parse-registry-place.ts';
import { authOf, type OwnHome, openOwnHome } from '../auth/own-home.ts';

let home: OwnHome;
let server: Server;
let bodies: string[];
let seen: string[];
beforeEach(async () => {
  home = await openOwnHome();
  bodies = [];
  seen = [];
  const answer = (request: IncomingMessage): [number, Record<string, string>] => {
    seen.push(`${request.method} ${request.url} ${request.headers['authorization'] ?? '-'}`);
    if (request.url?.startsWith('/storage')) return [201, {}];
    if (request.headers['authorization'] === `Basic ${authOf('me:pw')}`) return [201, {}];
    return [401, { 'www-authenticate': 'Basic realm="R"' }];
  };
  server = createServer(async (request, response) => {
    const [status, headers] = answer(request);
    for await (const _ of request);
    response.writeHead(status, headers).end();
  });
  server.on('checkContinue', async (request, response) => {
    const [status, headers] = answer(request);
    if (status === 401) return void response.writeHead(status, headers).end();
    response.writeContinue();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    return void response.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await home.write('.docker/config.json', { auths: { [host()]: { auth: authOf('me:pw') } } });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await home.close();
});

const host = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const connect = (): RegistryConnection =>
  connectRegistry(parseRegistryPlace(`${host()}/fleet/images`), {
    signal: new AbortController().signal,
    log: () => undefined,
  });

test('a body that was refused without a login is sent again with the login', async () => {
  const text = 'x'.repeat(200_000);
  let started = 0;
  const { send, url } = connect();
  const answer = await send({
    method: 'PUT',
    url: url('blobs/uploads/1?digest=d'),
    body: {
      sizeBytes: text.length,
      async *chunks() {
        started += 1;
        yield Buffer.from(text);
      },
    },
  });
  expect(answer.status).toBe(201);
  expect(bodies).toEqual([text]);
  expect(started).toBe(1);
  const address = 'PUT /v2/fleet/images/blobs/uploads/1?digest=d';
  expect(seen).toEqual([`${address} -`, `${address} Basic ${authOf('me:pw')}`]);
});

test('an address outside the API gets no login', async () => {
  const { send, url } = connect();
  await send({ method: 'POST', url: url('blobs/uploads/') });
  const storage = new URL(`http://${host()}/storage/1`);
  expect((await send({ method: 'PUT', url: storage })).status).toBe(201);
  expect(seen.at(-1)).toBe('PUT /storage/1 -');
});
