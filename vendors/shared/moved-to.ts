/** The address in the archive of a file below `tree`, by the same path; nothing for a file outside `tree`. */
export function movedTo(url: URL, tree: URL, archive: URL): URL[] | undefined {
  if (!url.href.startsWith(tree.href)) return undefined;
  return [new URL(url.href.slice(tree.href.length), archive)];
}
