import type { CheerioAPI } from 'cheerio/slim';

/**
 * Parses markup that `reduceMarkup` has bounded, below one root: a search takes time in the square of what has no parent
 * (10,000 links: 2 s).
 */
export async function loadMarkup(markup: string): Promise<CheerioAPI> {
  const { load } = await import('cheerio/slim');
  return load(`<body>${markup}</body>`);
}
