import type { RegistryConnection } from './connection.ts';
import { openReader } from './reader.ts';
import type { RegistryClient } from './registry-client.ts';
import { pushBlob } from './upload/push-blob.ts';
import { pushManifest, removeManifest } from './upload/put-manifest.ts';

/** Reads and writes one repository. Makes no request by itself. */
export function openRegistry(connection: RegistryConnection): RegistryClient {
  const reader = openReader(connection);
  return {
    ...reader,
    putBlob: (blob, options) => pushBlob(connection, reader.blobSize, blob, options),
    putManifest: (reference, bytes, type) => pushManifest(connection, reference, bytes, type),
    deleteManifest: (digest) => removeManifest(connection, digest),
  };
}
