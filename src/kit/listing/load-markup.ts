import type { CheerioAPI } from 'cheerio/slim';

/** Parses markup that `reduceMarkup` has bounded. */
export async function loadMarkup(markup: string): Promise<CheerioAPI> {
  const { load } = await import('cheerio/slim');
  return load(markup);
}
