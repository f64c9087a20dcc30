/**
 * An address as messages and records may show it: without user info, query and fragment, because these can contain
 * credentials. Text that is not an address gives `<not an address>`.
 */
export function publicUrl(url: URL | string): string {
  if (!URL.canParse(String(url))) return '<not an address>';
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  return shown.href;
}

const address = /^[a-z][a-z0-9+.-]*:\/\/([^/\\?#]*)(.*)$/is;
/** `vendor:release@snapshot`. */
const plainName = /^[^@/\\]*(?:@[^@/\\:]*)?$/;
/** `vendor:HOST/REPOSITORY:TAG@DIGEST`: a text that ends with a digest has no user info before a host. */
const registryName = /^[^@\\]*@sha(?:256|512)[:-][0-9a-f]+$/i;
const maxLength = 200;

/**
 * True for an address with two possible readings: a `/`, `?` or `#` in a password ends the host for the URL parser,
 * and the text before it would be requested and shown as the host.
 */
export function hasDoubtfulPassword(text: string): boolean {
  const [, authority = '', rest = ''] = address.exec(text) ?? [];
  const isMarked = authority.includes('@') || authority.replace(/\[[^\]]*\]/, '').includes(':');
  return isMarked && rest.includes('@');
}

/**
 * The caller's text as a message may show it: an address without user info and query, a reference or a word
 * unchanged. Of any other text with an `@`, only the part after the last `@`.
 */
export function shownText(text: string): string {
  const isAddress = address.test(text);
  if (isAddress && URL.canParse(text) && !hasDoubtfulPassword(text)) return publicUrl(text);
  if (!isAddress && (plainName.test(text) || registryName.test(text))) {
    return text.slice(0, maxLength);
  }
  const at = text.lastIndexOf('@');
  const rest = at < 0 ? text : `…${text.slice(at)}`;
  return (isAddress ? rest.replace(/[?#].*$/s, '') : rest).slice(0, maxLength);
}
