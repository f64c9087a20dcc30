import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TlsServer {
  url: string;
  server: Server;
  close(): Promise<void>;
}

/** A self-signed certificate for 127.0.0.1 and images.test, made now; `undefined` if openssl is missing. */
export function makeCertificate(): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'rootdisk-tls-'));
  const at = (name: string): string => join(folder, name);
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', at('key'), '-out', at('cert'), '-days', '2', '-subj', '/CN=rootdisk test'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:images.test'],
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('cert'), 'utf8') };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An https server on loopback. */
export async function startTlsServer(
  identity: { key: string; cert: string },
  listener: RequestListener,
): Promise<TlsServer> {
  const server = createServer(identity, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
