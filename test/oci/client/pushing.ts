import { connectRegistry, type RegistryConnection } from '../../../src/oci/client/connection.ts';
import { parseRegistryPlace } from '../../../src/oci/client/parse-registry-place.ts';
import type { BlobSource } from '../../../src/oci/client/registry-client.ts';
import { pushBlob } from '../../../src/oci/client/upload/push-blob.ts';
import { type FakeRegistry, sha256Of } from '../fake-registry.ts';

/** A connection that does not wait long between attempts. */
function connectTo(registry: FakeRegistry, repository = 'fleet/images'): RegistryConnection {
  return connectRegistry(parseRegistryPlace(`http://${registry.host}/${repository}`), {
    signal: new AbortController().signal,
    log: () => undefined,
    tuning: { backoffBaseMs: 5, backoffCapMs: 10, stallMs: 5000 },
    authorizer: { headersFor: async () => ({}), answer: async () => undefined },
  });
}

/** A blob in memory, in pieces of 64 KiB. */
export function blobOf(bytes: Buffer): BlobSource {
  return {
    digest: sha256Of(bytes),
    sizeBytes: bytes.length,
    async *read(start) {
      for (let at = start; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
}

/** Pushes, with the lengths that a HEAD gives. */
export async function push(
  registry: FakeRegistry,
  blob: BlobSource,
  options: Parameters<typeof pushBlob>[3] = {},
): Promise<'there' | 'mounted' | 'pushed'> {
  const connection = connectTo(registry);
  const blobSize = async (digest: string): Promise<number | undefined> => {
    const { status, headers } = await connection.send({
      method: 'HEAD',
      url: connection.url(`blobs/${digest}`),
    });
    return status === 200 ? Number(headers['content-length']) : undefined;
  };
  return await pushBlob(connection, blobSize, blob, options);
}
