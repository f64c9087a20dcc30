import type { ImageRequest } from '../../contracts/vendor.ts';
import { storedParameters } from './stored-parameters.ts';

/**
 * The key of a request: equal for equal requests, different for different ones. The release is as the caller wrote it
 * (`latest` stays `latest`), and `format` is the requested one, `raw` or `source`.
 */
export function formatRequestKey(request: ImageRequest, format: string): string {
  const stored = Object.entries(storedParameters(request.parameters));
  const parameters = stored.sort(([a], [b]) => (a < b ? -1 : 1));
  const { vendor, release, arch, variant = '', snapshot = '' } = request;
  return JSON.stringify([vendor, release, arch, variant, snapshot, parameters, format]);
}
