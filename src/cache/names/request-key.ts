import type { ImageRequest } from '../../contracts/vendor.ts';
import { storedParameters } from './stored-parameters.ts';

/**
 * One text per question: equal for equal requests, different for different ones. The release is as asked (`latest`
 * stays `latest`), and `format` is the one asked for, `raw` or `source`.
 */
export function formatRequestKey(request: ImageRequest, format: string): string {
  const stored = Object.entries(storedParameters(request.parameters));
  const parameters = stored.sort(([a], [b]) => (a < b ? -1 : 1));
  const { vendor, release, arch, variant = '', snapshot = '' } = request;
  return JSON.stringify([vendor, release, arch, variant, snapshot, parameters, format]);
}
