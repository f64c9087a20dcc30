import { loadMarkup } from './load-markup.ts';
import type { MarkupPage } from './markup-page.ts';
import { readPlainMarkup } from './plain-markup.ts';

/**
 * Parses markup that `reduceMarkup` has bounded. Servers write nearly every index plainly enough to be read without the HTML
 * parser, which takes 50 ms to load; the others are given to it.
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
