/**
 * What stands inside clear-signed text, unproved: for facts that a proof of the same document vouches for later. Text
 * without such a frame comes back as it is.
 */
export function peekSignedText(text: string): string {
  const [, rest] =
    /^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*)/m.exec(text) ??
    [];
  if (rest === undefined) return text;
  const end = rest.search(/^-----BEGIN PGP SIGNATURE-----/m);
  return (end < 0 ? rest : rest.slice(0, end)).replace(/^- /gm, '');
}
