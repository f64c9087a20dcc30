import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort } from './docker-registry.ts';
import { runProgram } from './programs.ts';

export interface TokenServer {
  /** Lines for the configuration of docker-registry. */
  readonly auth: string[];
  /** Requested scopes, one for each request. */
  readonly scopes: string[][];
  close(): Promise<void>;
}

/**
 * Issues tokens for the scopes in `allow` to the user `fleet` with the password `secret`; other users may only pull.
 */
export async function startTokenServer(folder: string): Promise<TokenServer> {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=tokens'];
  runProgram('openssl', ['req', '-x509', ...curve, ...files]);
  const privateKey = createPrivateKey(await readFile(key));
  const pem = await readFile(certificate, 'utf8');
  const der = pem.replace(/-----[^-]+-----|\s/g, '');
  const scopes: string[][] = [];
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://tokens').searchParams.getAll('scope');
    scopes.push(asked);
    const login = `Basic ${Buffer.from('fleet:secret').toString('base64')}`;
    const isFleet = request.headers.authorization === login;
    const now = Math.floor(Date.now() / 1000);
    const access = asked.map((scope) => {
      const [type, name, actions = ''] = scope.split(':');
      const wanted = actions.split(',');
      return { type, name, actions: isFleet ? wanted : wanted.filter((one) => one === 'pull') };
    });
    const claims = {
      iss: 'tokens',
      sub: isFleet ? 'fleet' : '',
      aud: 'registry',
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access,
    };
    const body = `${encode({ typ: 'JWT', alg: 'ES256', x5c: [der] })}.${encode(claims)}`;
    const options = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const signature = sign('sha256', Buffer.from(body), options).toString('base64url');
    response.end(JSON.stringify({ token: `${body}.${signature}`, expires_in: 300 }));
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    auth: [
      'token:',
      `  realm: http://127.0.0.1:${port}/token`,
      '  service: registry',
      '  issuer: tokens',
      `  rootcertbundle: ${certificate}`,
    ],
    scopes,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
