import type { ImageRequest } from '../../contracts/vendor.ts';

/**
 * One text per question: equal for equal requests, different for different ones. The release is as asked (`latest`
 * stays `latest`), and `format` is the one asked for, `raw` or `source`.
 */
export function formatRequestKey(request: ImageRequest, format: string): string {
  const parameters = Object.entries(request.parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const { vendor, release, arch, variant = '', snapshot = '' } = request;
  return JSON.stringify([vendor, release, arch, variant, snapshot, parameters, format]);
}
