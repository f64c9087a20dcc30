import type { VendorContext } from '../../src/kit.ts';

/**
 * Whether a file exists: 404 and 410 mean that it does not, every other status is a refusal and thrown as
 * `ERR_HTTP_STATUS`. If the server refuses HEAD, the file's first byte is requested.
 */
export async function isThere(url: URL, { http, signal }: VendorContext): Promise<boolean> {
  const { status } = await http.head(url, { signal });
  if (status === 200) return true;
  if (status === 404 || status === 410) return false;
  return (await http.find(url, { signal, headBytes: 1 })) !== undefined;
}
