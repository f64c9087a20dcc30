import { TransferError } from '../errors.ts';

/**
 * The first paragraph of `Key: value` lines (deb822: a Debian Release file, an RPM or APT stanza). Keys are as
 * written; of two equal keys the first counts; continuation lines are joined with `\n`. Ends at the first blank line
 * after a field. Accepts a truncated document. Throws `ERR_METADATA` if there is no field, or the text is
 * clear-signed.
 */
export function parseFields(text: string, from = 'the document'): Map<string, string> {
  refuseOther(text, from);
  const lines = new Map<string, string[]>();
  let value: string[] | undefined;
  for (const line of linesOf(text)) {
    if (line.trim() === '') {
      if (lines.size > 0) break;
    } else if (/^[ \t]/.test(line)) {
      value?.push(line.trim());
    } else if (!line.startsWith('#')) {
      const [, key, first] = /^([^\s:<][^\s:]*):(.*)$/.exec(line) ?? [];
      value = key === undefined ? undefined : [first?.trim() ?? ''];
      if (key !== undefined && value !== undefined && !lines.has(key)) lines.set(key, value);
    }
  }
  return filled(new Map([...lines].map(([key, parts]) => [key, parts.join('\n')])), from);
}

/**
 * All `KEY=value` lines (os-release, `version.txt`), without one layer of shell quotes; of two equal keys the last
 * counts. Ignores comments and other lines. Throws `ERR_METADATA` if there is no such line.
 */
export function parseAssignments(text: string, from = 'the document'): Map<string, string> {
  refuseOther(text, from);
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const [, key, value] = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquote(value));
  }
  return filled(values, from);
}

function linesOf(text: string): string[] {
  return text.replace(/^\ufeff/, '').split(/\r?\n/);
}

function unquote(value: string): string {
  const [, single, double] = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)")$/.exec(value) ?? [];
  return single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? value;
}

function refuseOther(text: string, from: string): void {
  if (/^\s*</.test(text)) throw noFields(`${from} is HTML, not a list of fields`);
  if (/^-----BEGIN PGP SIGNED MESSAGE-----/m.test(text)) {
    throw noFields(`${from} is clear-signed; only its verified signed body may be read`);
  }
}

function filled(fields: Map<string, string>, from: string): Map<string, string> {
  if (fields.size === 0) throw noFields(`${from} holds no fields`);
  return fields;
}

function noFields(message: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message,
    hint: 'Try later, and report it if it happens again: the upstream document has a new form, or another page stands in its place.',
    details: {},
  });
}
