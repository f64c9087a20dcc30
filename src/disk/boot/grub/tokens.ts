import { refuse } from '../../../errors.ts';
import { aboveGrubLimit, grubLimits } from './budget.ts';

/** A part of a word; the value of an unquoted variable is split at its blanks. */
interface WordPart {
  /** The text, or the name of a variable. */
  text: string;
  isVariable: boolean;
  isQuoted: boolean;
}

export type Word = readonly WordPart[];

/** `end` is a line end or `;`. */
export type GrubToken =
  | { kind: 'word'; parts: WordPart[]; line: number }
  | { kind: 'end' | 'open' | 'close'; line: number };

const blanks = /[ \t\f\v\r]+/y;
const continued = /\\\r?\n/y;
const comment = /#[^\n]*/y;
const plain = /[^{}|&$;<> \t\f\v\r\n'"\\]+/y;
const singleQuoted = /'([^']*)'/y;
const variable = /\$(?:([A-Za-z_]\w*|\d+|[?#*@])|\{([A-Za-z_]\w*|\d+|[?#*@])\})/y;
const translated = /\$(?=")/y;
const inDoubleQuotes = /[^"\\$]+/y;
/** In double quotes a backslash escapes these, and is kept before all other characters. */
const escapeInQuotes = /\\(?:(["\\$])|\n)/y;
const backslash = /\\[\s\S]/y;

/** The words of a configuration, split like GRUB's own lexer; `place` is its path. */
export function* readTokens(text: string, place: string): Generator<GrubToken> {
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at += found[0].length;
    for (const one of found[0]) if (one === '\n') line += 1;
    return found;
  };
  while (at < text.length) {
    if ((take(blanks) ?? take(continued) ?? take(comment)) !== undefined) continue;
    const start = line;
    const one = text[at] ?? '';
    if (one === '\n' || one === ';' || one === '{' || one === '}') {
      at += 1;
      if (one === '\n') line += 1;
      yield { kind: one === '{' ? 'open' : one === '}' ? 'close' : 'end', line: start };
      continue;
    }
    const word = wordBuilder();
    while (at < text.length && !/[ \t\f\v\r\n;{}]/.test(text[at] ?? '')) {
      if (!readPart(text[at] ?? '', take, word)) throw badGrub(place, line, 'cannot be read');
    }
    yield { kind: 'word', parts: word.parts, line: start };
  }
}

/** The error for a defect of a configuration, with its line. */
export function badGrub(place: string, line: number, what: string): Error {
  return refuse('corrupt-data', `Line ${line} of ${place} ${what}`);
}

type Take = (pattern: RegExp) => RegExpExecArray | undefined;

interface WordBuilder {
  parts: WordPart[];
  add(text: string, isQuoted: boolean, isVariable?: boolean): void;
}

function readPart(one: string, take: Take, word: WordBuilder): boolean {
  const text = take(plain) ?? (one === '$' ? undefined : take(singleQuoted));
  if (text !== undefined) {
    word.add(text[1] ?? text[0], text[1] !== undefined);
    return true;
  }
  if (one === '$') {
    if (readVariable(take, word, false)) return true;
    // A `$` before double quotes marks a text for translation.
    word.add(take(translated) === undefined ? (take(/\$/y)?.[0] ?? '') : '', false);
    return true;
  }
  if (one === '\\') {
    const escaped = take(continued) === undefined ? take(/\\([\s\S])/y)?.[1] : '';
    if (escaped !== undefined) word.add(escaped, escaped !== '');
    return escaped !== undefined;
  }
  return one === '"' && readDoubleQuoted(take, word);
}

function readDoubleQuoted(take: Take, word: WordBuilder): boolean {
  take(/"/y);
  word.add('', true);
  while (take(/"/y) === undefined) {
    const text = take(inDoubleQuotes)?.[0];
    const escaped = text === undefined ? take(escapeInQuotes) : undefined;
    const other = text ?? escaped?.[1] ?? (escaped === undefined ? take(backslash)?.[0] : '');
    if (other !== undefined) word.add(other, true);
    else if (!readVariable(take, word, true)) {
      if (take(/\$/y) === undefined) return false;
      word.add('$', true);
    }
  }
  return true;
}

function readVariable(take: Take, word: WordBuilder, isQuoted: boolean): boolean {
  const [, bare, braced] = take(variable) ?? [];
  const name = bare ?? braced;
  if (name !== undefined) word.add(name, isQuoted, true);
  return name !== undefined;
}

function wordBuilder(): WordBuilder {
  const parts: WordPart[] = [];
  let length = 0;
  return {
    parts,
    add(text, isQuoted, isVariable = false) {
      length += text.length;
      if (length > grubLimits.wordBytes) {
        throw aboveGrubLimit(
          `a word of more than ${grubLimits.wordBytes} characters`,
          grubLimits.wordBytes,
        );
      }
      const last = parts.at(-1);
      if (last?.isQuoted === isQuoted && !last.isVariable && !isVariable) last.text += text;
      else parts.push({ text, isQuoted, isVariable });
    },
  };
}
