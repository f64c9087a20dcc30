import { TransferError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { parseList, parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import type { RegistryConnection } from './connection.ts';
import { hasStatus } from './statuses.ts';

const pageTags = 1000;

/** All tags of a repository, page after page, without duplicates; none if the repository does not exist. */
export async function* listTags({
  http,
  url,
}: RegistryConnection): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>();
  const told = new Set<string>();
  let page: URL | undefined = url(`tags/list?n=${pageTags}`);
  while (page !== undefined) {
    if (seen.has(page.href)) throw badPage(page, 'was read before');
    seen.add(page.href);
    const document = await http.metadata
      .get(page, { accept: 'application/json', fresh: true })
      .catch((error: unknown) => {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      });
    if (document === undefined) return;
    const { tags } = parseRecord(document.json(), 'tags/list');
    for (const entry of parseOptional(tags, 'tags', parseList) ?? []) {
      const tag = parseText(entry, 'tags[]');
      // Some registries begin a page with the last tag of the page before.
      if (!told.has(tag)) yield tag;
      told.add(tag);
    }
    page = nextPage(page, document.headers?.['link']);
  }
}

/** RFC 8288; distribution-spec: `Link: </v2/…?n=…&last=…>; rel="next"`. */
function nextPage(page: URL, link: string | undefined): URL | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next\b/i.exec(link ?? '') ?? [];
  if (target === undefined) return undefined;
  const next = URL.parse(target, page);
  if (next === null || next.host !== page.host || next.pathname !== page.pathname) {
    throw badPage(page, 'names an address outside of the registry as its next page');
  }
  // Behind a proxy that terminates TLS, a registry may write http in its own addresses.
  next.protocol = page.protocol;
  return next;
}

function badPage(page: URL, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${publicUrl(page)} ${what}`,
    hint: 'Report it to the operator of the registry.',
    details: { url: publicUrl(page), field: 'link' },
  });
}
