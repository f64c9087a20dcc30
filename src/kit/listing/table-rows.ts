import { TransferError } from '../../errors.ts';
import { defined } from '../defined.ts';
import { publicUrl } from '../public-url.ts';
import { reduceMarkup, rowMarkup } from './listing-markup.ts';
import { loadMarkup } from './load-markup.ts';

/** A link, or a piece of text that has a class, in a row of a table. */
export interface RowItem {
  classes: string[];
  text: string;
  /** Where a link leads; absent where that is no address. */
  url?: URL;
}

/** The HTML parser takes time in the square of misplaced texts: 100,000 of them 60 s. */
const maxTags = 10_000;

/**
 * The rows of a page's tables, in order, each with its links and classed texts. A page without any has none; `ERR_METADATA`
 * naming the address for one too large or too deep to be read.
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
    message: `${url} is too large or too deep a page to be read`,
    hint: 'Look at the address in a browser; upstream may have changed its pages.',
    details: { url },
  });
}
