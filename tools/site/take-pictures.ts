import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, openBrowser, type Screen } from './browser.ts';

/** Shows the built site in headless Chromium, writes pictures of it, and names pages that scroll sideways on a phone. */
const site = fileURLToPath(new URL('../../docs/api', import.meta.url));
const folder = fileURLToPath(new URL('../../docs/pictures/site', import.meta.url));
const desktop = { width: 1280, height: 900, theme: 'light' } as const;
const phone = { width: 390, height: 844, theme: 'light' } as const;

/** The name of the picture, the page, the screen, and what is scrolled to. */
const pictures: [string, string, Screen, string?][] = [
  ['index-desktop', 'index.html', desktop],
  ['index-drawing-phone', 'index.html', { ...phone, theme: 'dark' }, 'img[src$="line.svg"]'],
  ['first-image-desktop', 'documents/first-image.html', { ...desktop, theme: 'dark' }],
  ['trust-phone', 'documents/trust.html', phone],
  ['formats-phone', 'documents/formats.html', { ...phone, theme: 'dark' }, 'table'],
  ['bench-desktop', 'documents/bench.html', { ...desktop, theme: 'dark' }],
  ['on-disk-desktop', 'documents/on-disk.html', desktop],
  ['api-desktop', 'modules/rootdisk.html', desktop],
];

const addressOf = (page: string): string => pathToFileURL(join(site, page)).href;

/** The sidebar is made by a script, after the page. */
const settle = `new Promise((resolve) => setTimeout(resolve, 700))`;

async function takePicture(browser: Browser, [name, page, screen, to]: (typeof pictures)[number]) {
  await browser.show(addressOf(page), screen);
  await browser.evaluate(settle);
  if (to !== undefined) {
    await browser.evaluate(
      `scrollBy(0, document.querySelector('${to}').getBoundingClientRect().top - 90)`,
    );
    await browser.evaluate(settle);
  }
  const file = join(folder, `${name}.png`);
  await writeFile(file, await browser.picture());
  await promisify(execFile)('pngquant', ['--force', '--strip', '--output', file, '48', file]);
  console.log(file);
}

async function findWidePages(browser: Browser): Promise<string[]> {
  const wide: string[] = [];
  const guides = await readdir(join(site, 'documents'));
  const pages = ['index.html', 'modules.html', ...guides.map((name) => `documents/${name}`)];
  for (const page of pages) {
    await browser.show(addressOf(page), phone);
    const width = await browser.evaluate('document.documentElement.scrollWidth');
    if (width !== phone.width)
      wide.push(`${page}: ${width} pixels wide on a phone of ${phone.width}`);
  }
  return wide;
}

await mkdir(folder, { recursive: true });
const browser = await openBrowser(process.env['CHROMIUM'] ?? 'chromium');
try {
  for (const picture of pictures) await takePicture(browser, picture);
  const wide = await findWidePages(browser);
  for (const line of wide) console.error(line);
  if (wide.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
}
