import type { HerdRegistry } from './herd.ts';

/**
 * A registry that is asked for minutes. A client stops asking an address after too many failures, so each failure is
 * followed by a new client.
 */
export function renewedRegistry(open: () => HerdRegistry): HerdRegistry {
  let client = open();
  const ask = async <T>(work: (client: HerdRegistry) => Promise<T>): Promise<T> => {
    try {
      return await work(client);
    } catch (error) {
      client = open();
      throw error;
    }
  };
  return {
    hasManifest: (reference) => ask((client) => client.hasManifest(reference)),
    manifest: (reference) => ask((client) => client.manifest(reference)),
    putManifest: (reference, bytes, type) =>
      ask((client) => client.putManifest(reference, bytes, type)),
    putBlob: (blob, options) => ask((client) => client.putBlob(blob, options)),
    deleteManifest: (digest) => ask((client) => client.deleteManifest(digest)),
  };
}
