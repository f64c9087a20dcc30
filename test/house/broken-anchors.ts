import { posix } from 'node:path';

/** Links of a document to anchors that do not exist in the target document, by GitHub's rules for anchors. */
export function findBrokenAnchors(
  path: string,
  text: string,
  read: (path: string) => string,
): string[] {
  const links = withoutCode(text).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)[^)]*\)/g);
  return [...links].flatMap(([, file = '', anchor = '']) => {
    const target = file === '' ? path : posix.join(posix.dirname(path), file);
    if (!target.endsWith('.md')) return [];
    return listAnchors(read(target)).includes(anchor) ? [] : [`${path}: ${target}#${anchor}`];
  });
}

/** GitHub uses the words of a heading in lower case, with hyphens between them; a second equal heading gets `-1`. */
export function listAnchors(text: string): string[] {
  const seen = new Map<string, number>();
  const own = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = '']) => name);
  const headings = [...withoutCode(text).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)];
  return [
    ...own,
    ...headings.map(([, heading = '']) => {
      const anchor = heading
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
        .replaceAll(' ', '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    }),
  ];
}

const withoutCode = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```/gm, '');
