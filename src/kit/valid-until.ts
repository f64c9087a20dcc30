/** The expiry date that a Release file states; `undefined` if it states none. */
export function parseValidUntil(text: string): Date | undefined {
  // deb822: fields of one paragraph; the hash sections of such a file are indented.
  const [, value] = /^Valid-Until:[ \t]*(\S.*?)[ \t]*\r?$/im.exec(text) ?? [];
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time);
}
