import { X509Certificate } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { UsageError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { SocketReader } from './socket-reader.ts';

const isNode = !['bun', 'deno'].some((name) => name in process.versions);

/** The connection pools of one client, one for each scheme. */
export interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/**
 * Makes the pools: through `proxy`, or direct without one. All trust `ca` (PEM) in addition to the default
 * authorities. Throws `ERR_INVALID_REQUEST` for an invalid certificate or proxy address.
 */
export function createAgents(init: {
  ca: string[];
  timeoutMs: number;
}): (proxy: string | undefined) => Agents {
  const secureContext = trustBeside(init.ca);
  const ways = new Map<string | undefined, Agents>();
  return (proxy) => {
    const agents = ways.get(proxy) ?? openPools(proxy, init.timeoutMs, secureContext);
    ways.set(proxy, agents);
    return agents;
  };
}

function openPools(
  proxy: string | undefined,
  timeoutMs: number,
  secureContext: SecureContext | undefined,
): Agents {
  const proxyEnv = proxy === undefined ? undefined : { http_proxy: proxy, https_proxy: proxy };
  const options = {
    keepAlive: true,
    // Limits idle sockets, and a tunnel that a proxy never opens; a busy socket is watched separately.
    timeout: timeoutMs,
    ...defined({ proxyEnv }),
  };
  // An import would load all dependencies of these modules: a third of the start-up time of the process.
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  try {
    const agents = {
      http: new http.Agent(options),
      https: new https.Agent({
        ...options,
        // Stated explicitly: NODE_TLS_REJECT_UNAUTHORIZED=0 must not make the level `tls` untrue.
        rejectUnauthorized: true,
        ...defined({ secureContext }),
      }),
    };
    // Only for direct sockets in Node.js: a socket through a proxy is made in several steps, and other runtimes
    // support `onread` only in part.
    if (proxy === undefined && isNode)
      for (const agent of [agents.http, agents.https]) readByOurselves(agent);
    return agents;
  } catch (error) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: 'a proxy variable of the environment is not a usable address',
      hint: 'Correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, such as http://proxy.example:3128.',
      details: { field: 'HTTPS_PROXY' },
      // Node's own message contains the address with its credentials.
      cause: new Error(error instanceof Error ? error.name : 'invalid proxy'),
    });
  }
}

/** Gives each socket of a pool a reader, so that the body of an answer can be read directly. */
function readByOurselves(agent: HttpAgent): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const reader = new SocketReader();
    const socket = connect(Object.assign({}, options, { onread: reader.onread }), callback);
    if (socket instanceof process.getBuiltinModule('node:net').Socket) reader.attach(socket);
    return socket;
  };
}

function trustBeside(ca: string[]): SecureContext | undefined {
  if (ca.length === 0) return undefined;
  for (const pem of ca) checkCertificates(pem);
  const { createSecureContext, getCACertificates } = process.getBuiltinModule('node:tls');
  // One context for all connections: parsing about 150 certificates takes tens of milliseconds.
  return createSecureContext({ ca: [...getCACertificates('default'), ...ca] });
}

/** OpenSSL skips certificates that it cannot parse; the caller would notice only failing handshakes. */
function checkCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length === 0) throw new Error('no BEGIN CERTIFICATE');
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: 'ca has no readable PEM certificate',
      hint: 'Give the text of a PEM file with BEGIN CERTIFICATE blocks (--ca FILE).',
      details: { field: 'ca' },
      cause,
    });
  }
}
