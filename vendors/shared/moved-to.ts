/** Where a file below `tree` is when it has moved to the archive, by the same path; nothing for a file that lies elsewhere. */
export function movedTo(url: URL, tree: URL, archive: URL): URL[] | undefined {
  if (!url.href.startsWith(tree.href)) return undefined;
  return [new URL(url.href.slice(tree.href.length), archive)];
}
