import type { CheerioAPI } from 'cheerio/slim';

/**
 * Parses markup that `reduceMarkup` has bounded, under one root: a search needs quadratic time in the number of nodes
 * without a parent (10,000 links: 2 s).
 */
export async function loadMarkup(markup: string): Promise<CheerioAPI> {
  const { load } = await import('cheerio/slim');
  return load(`<body>${markup}</body>`);
}
