import { TransferError } from '../../errors.ts';
import { defined } from '../defined.ts';
import { publicUrl } from '../public-url.ts';
import { reduceMarkup, rowMarkup } from './listing-markup.ts';
import { loadMarkup } from './load-markup.ts';

/** A link, or a text with a class, in a row of a table. */
export interface RowItem {
  classes: string[];
  text: string;
  /** Target of a link; absent if it is not an address. */
  url?: URL;
}

/** The HTML parser needs quadratic time in the number of misplaced texts: 60 s for 100,000 of them. */
const maxTags = 10_000;

/**
 * The rows of a page's tables, in order, each with its links and its texts with classes; empty for a page without
 * tables. Throws `ERR_METADATA`, which names the address, for a page that is too large or too deeply nested.
 */
export async function parseTableRows(html: string, base: URL): Promise<RowItem[][]> {
  const markup = reduceMarkup(html, rowMarkup);
  if (markup === undefined || markup.split('<').length > maxTags) throw notReadable(base);
  const $ = await loadMarkup(markup);
  return $('tr')
    .toArray()
    .map((row) =>
      $('[class], a[href]', row)
        .toArray()
        .map((element): RowItem => {
          const { href, class: words = '' } = element.attribs;
          const url = href === undefined ? null : URL.parse(href.trim(), base);
          return {
            classes: words.split(/\s+/).filter((word) => word !== ''),
            text: $(element).text().trim(),
            ...defined({ url: url === null ? undefined : url }),
          };
        }),
    );
}

function notReadable(base: URL): TransferError {
  const url = publicUrl(base);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${url} is too large or too deeply nested to be read`,
    hint: 'Open the address in a browser: the site may have new pages.',
    details: { url },
  });
}
