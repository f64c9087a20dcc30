/** Until when a Release file says that it is good; `undefined` for a list that does not say. */
export function parseValidUntil(text: string): Date | undefined {
  // deb822: fields of one paragraph; the hash sections of such a file are indented.
  const [, value] = /^Valid-Until:[ \t]*(\S.*?)[ \t]*\r?$/im.exec(text) ?? [];
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time);
}
