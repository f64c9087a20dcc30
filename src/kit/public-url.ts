/**
 * An address as it may stand in messages and records: without user info, query and fragment, all of which can carry
 * credentials. Text that is no address gives `<not an address>`.
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
