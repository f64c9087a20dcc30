import { badLvm } from './bad.ts';

/** A value of the description: a number, a text, or a list of them. */
type Value = number | string | (number | string)[];

/** The content of a pair of braces. */
export interface Section {
  values: Map<string, Value>;
  sections: Map<string, Section>;
}

const most = { tokens: 10_000, depth: 16 };
const token = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|(-?\d+(?![\w.+-]))|([\w.+-]+)|([{}[\]=,])/suy;

interface Token {
  kind: 'text' | 'number' | 'name' | 'sign';
  word: string;
}

/** Parses `name { key = value … }`, the language in which LVM2 describes a volume group. */
export function parseDescription(text: string): Section {
  const tokens = tokensOf(text);
  let at = 0;
  const next = (): Token | undefined => tokens[at++];
  const list = (): (number | string)[] => {
    const items: (number | string)[] = [];
    for (let one = next(); ; one = next()) {
      if (one === undefined) throw bad();
      if (one.word === ']' && one.kind === 'sign') return items;
      if (one.word === ',' && one.kind === 'sign') continue;
      items.push(single(one));
    }
  };
  const section = (depth: number): Section => {
    if (depth > most.depth) throw tooMuch('levels', most.depth);
    const found: Section = { values: new Map(), sections: new Map() };
    for (let name = next(); name !== undefined; name = next()) {
      if (name.kind === 'sign' && name.word === '}' && depth > 0) return found;
      if (name.kind === 'sign' || name.kind === 'text') throw bad();
      const sign = next();
      if (sign?.kind !== 'sign' || found.values.has(name.word) || found.sections.has(name.word)) {
        throw bad();
      }
      if (sign.word === '{') {
        found.sections.set(name.word, section(depth + 1));
      } else if (sign.word === '=') {
        const value = next();
        const isList = value?.kind === 'sign' && value.word === '[';
        found.values.set(name.word, isList ? list() : single(value));
      } else throw bad();
    }
    if (depth > 0) throw bad();
    return found;
  };
  return section(0);
}

function single(one: Token | undefined): number | string {
  if (one?.kind === 'text') return one.word;
  const value = Number(one?.word);
  if (one?.kind === 'number' && Number.isSafeInteger(value)) return value;
  throw bad();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (found === null) throw bad();
    const [, quoted, number, name, sign] = found;
    if (quoted !== undefined) {
      tokens.push({ kind: 'text', word: quoted.replace(/\\(.)/gsu, '$1') });
    } else if (number !== undefined) tokens.push({ kind: 'number', word: number });
    else if (name !== undefined) tokens.push({ kind: 'name', word: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', word: sign });
    if (tokens.length > most.tokens) throw tooMuch('words', most.tokens);
  }
  return tokens;
}

function bad(): Error {
  return badLvm('corrupt-table', 'The LVM2 description of the volume group does not parse');
}

function tooMuch(what: string, limit: number): Error {
  return badLvm('limit', `The LVM2 description has more than ${limit} ${what}`, { limit });
}
