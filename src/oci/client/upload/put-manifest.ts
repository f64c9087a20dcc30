import { createHash } from 'node:crypto';
import { IntegrityError } from '../../../errors.ts';
import { publicUrl } from '../../../kit/public-url.ts';
import type { RegistryConnection } from '../connection.ts';
import { sendPatiently } from './sender.ts';

/** By tag or digest. Throws `ERR_DIGEST` if the registry states another digest than that of these bytes. */
export async function pushManifest(
  connection: RegistryConnection,
  reference: string,
  bytes: Uint8Array,
  mediaType: string,
): Promise<void> {
  const url = connection.url(`manifests/${encodeReference(reference)}`);
  const { headers } = await sendPatiently(connection, {
    method: 'PUT',
    url,
    headers: { 'content-type': mediaType, accept: '*/*' },
    body: {
      sizeBytes: bytes.length,
      async *chunks() {
        yield bytes;
      },
    },
    accepts: [200, 201, 202],
    what: 'the upload of a manifest',
  });
  const stated = headers['docker-content-digest'];
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  // A digest of another algorithm cannot be compared.
  if (stated === undefined || !stated.startsWith('sha256:') || stated === digest) return;
  const shown = publicUrl(url);
  throw new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${shown}: the registry states a different digest for this manifest`,
    hint: 'Look for a server between this host and the registry that changes the sent bytes.',
    details: { url: shown, expected: digest, actual: stated.slice(0, 160) },
  });
}

/** `false` if the registry does not allow it. A missing manifest counts as removed. */
export async function removeManifest(
  connection: RegistryConnection,
  digest: string,
): Promise<boolean> {
  const { status } = await sendPatiently(connection, {
    method: 'DELETE',
    url: connection.url(`manifests/${encodeReference(digest)}`),
    accepts: [200, 202, 204, 404, 405],
    what: 'the removal of a manifest',
  });
  return status !== 405;
}

/** Registries expect the `:` of a digest unencoded in the path. */
function encodeReference(reference: string): string {
  return encodeURIComponent(reference).replaceAll('%3A', ':');
}
