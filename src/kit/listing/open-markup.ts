import { loadMarkup } from './load-markup.ts';
import type { MarkupPage } from './markup-page.ts';
import { readPlainMarkup } from './plain-markup.ts';

/**
 * Parses markup that `reduceMarkup` has bounded. Nearly every index is plain enough to be read without the HTML
 * parser, which takes 50 ms to load; others are passed to that parser.
 */
export async function openMarkup(markup: string): Promise<MarkupPage> {
  const plain = readPlainMarkup(markup);
  if (plain !== undefined) return plain;
  const $ = await loadMarkup(markup);
  return {
    elements: (name) =>
      $(name)
        .toArray()
        .filter((node) => 'attribs' in node),
  };
}
