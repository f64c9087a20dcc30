/** A block or an object: its attributes, and the blocks in it by type and labels. */
export type HclBody = { [name: string]: HclRead };
type HclRead = string | boolean | HclRead[] | HclBody | { reference: string };

/** Escapes of HCL in a quoted template (hclsyntax/spec.md, "Template Expressions"); JSON has some more. */
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/**
 * Reads the subset of HCL that the emitters write, strictly: an interpolation, a directive, an unknown escape, a line
 * break in a text and two attributes in one line are errors.
 */
export function readHcl(text: string): HclBody {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`${what} at ${JSON.stringify(text.slice(at, at + 40))}`);
  };
  const take = (pattern: RegExp): string | undefined => {
    const sticky = new RegExp(pattern, `${pattern.flags}y`);
    sticky.lastIndex = at;
    const found = sticky.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const need = (pattern: RegExp): string => take(pattern) ?? fail(`no ${pattern}`);
  const skipLines = (): void => {
    while (take(/[ \n]+|#[^\n\r\u0085\u2028\u2029]*\n/) !== undefined);
  };

  function readText(): string {
    need(/"/);
    let value = '';
    for (;;) {
      const plain = take(/[^"\\\p{Cc}\p{Zl}\p{Zp}]/u);
      if (plain !== undefined) {
        if ((plain === '$' || plain === '%') && text[at] === '{') fail('a template');
        value += plain;
      } else if (take(/\\u[0-9a-f]{4}/) !== undefined) {
        value += String.fromCharCode(Number.parseInt(text.slice(at - 4, at), 16));
      } else if (take(/\\./) !== undefined) {
        value += escapes[text[at - 1] ?? ''] ?? fail('an unknown escape');
      } else {
        need(/"/);
        return value;
      }
    }
  }

  function readValue(): HclRead {
    if (text[at] === '"') return readText();
    if (take(/true\b/) !== undefined) return true;
    if (take(/false\b/) !== undefined) return false;
    if (take(/\{\n/) !== undefined) return readBody(/\}/);
    if (take(/\[\n/) !== undefined) {
      const items: HclRead[] = [];
      for (skipLines(); take(/\]/) === undefined; skipLines()) {
        items.push(readText());
        need(/,\n/);
      }
      return items;
    }
    return { reference: need(/var\.[a-z_]+|string\b/) };
  }

  function readBody(end: RegExp): HclBody {
    const body: HclBody = {};
    for (skipLines(); take(end) === undefined; skipLines()) {
      if (at >= text.length) fail('no end');
      let name = need(/[A-Za-z_][A-Za-z0-9_-]*/);
      let value: HclRead;
      if (take(/ *= /) !== undefined) value = readValue();
      else {
        while (take(/ (?=")/) !== undefined) {
          const label = readText();
          if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(label)) fail(`${label} is no identifier`);
          name += ` ${label}`;
        }
        need(/ \{\n/);
        value = readBody(/\}/);
      }
      if (Object.hasOwn(body, name)) fail(`${name} twice`);
      body[name] = value;
      need(/\n/);
    }
    return body;
  }
  return readBody(/$(?![\s\S])/);
}
