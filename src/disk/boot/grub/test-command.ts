import type { FileStat } from '../../../contracts/file-system.ts';
import { aboveGrubLimit, grubLimits } from './budget.ts';

/** Answers questions about files: the result of `stat` for a path, if it exists. */
export type StatFile = (path: string) => Promise<FileStat | undefined>;

const numbers: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '-eq': (left, right) => left === right,
  '-ne': (left, right) => left !== right,
  '-lt': (left, right) => left < right,
  '-le': (left, right) => left <= right,
  '-gt': (left, right) => left > right,
  '-ge': (left, right) => left >= right,
};

const texts: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
};

/** GRUB's `test` and `[`; `undefined` for an unknown question. `-a` binds tighter than `-o`. */
export async function testWords(
  words: readonly string[],
  stat: StatFile,
): Promise<boolean | undefined> {
  const ahead = [...words].reverse();
  const answer = await anyOf(ahead, stat, 0);
  return ahead.length === 0 ? answer : undefined;
}

type Answer = Promise<boolean | undefined>;

async function anyOf(ahead: string[], stat: StatFile, depth: number): Answer {
  let answer = await allOf(ahead, stat, depth);
  while (ahead.at(-1) === '-o') {
    ahead.pop();
    const other = await allOf(ahead, stat, depth);
    answer = answer === true || other === true ? true : answer === undefined ? answer : other;
  }
  return answer;
}

async function allOf(ahead: string[], stat: StatFile, depth: number): Answer {
  let answer = await oneOf(ahead, stat, depth);
  while (ahead.at(-1) === '-a') {
    ahead.pop();
    const other = await oneOf(ahead, stat, depth);
    answer = answer === false || other === false ? false : answer === undefined ? answer : other;
  }
  return answer;
}

async function oneOf(ahead: string[], stat: StatFile, depth: number): Answer {
  if (depth > grubLimits.nesting)
    throw aboveGrubLimit('a test of too many levels', grubLimits.nesting);
  const word = ahead.pop();
  if (word === undefined) return false;
  const operator = ahead.at(-1) ?? '';
  const right = ahead.at(-2);
  if (right !== undefined) {
    const compare = Object.hasOwn(texts, operator) ? texts[operator] : undefined;
    const count = Object.hasOwn(numbers, operator) ? numbers[operator] : undefined;
    if (compare !== undefined || count !== undefined) ahead.splice(-2);
    if (compare !== undefined) return compare(word, right);
    if (count !== undefined) return count(numberOf(word), numberOf(right));
  }
  if (word === '!') {
    const answer = await oneOf(ahead, stat, depth + 1);
    return answer === undefined ? answer : !answer;
  }
  if (word === '(') {
    const answer = await anyOf(ahead, stat, depth + 1);
    return ahead.pop() === ')' ? answer : undefined;
  }
  if (/^-[a-z]+$/.test(word) && ahead.length > 0) {
    const answer = await askOf(word, operator, stat);
    ahead.pop();
    return answer;
  }
  return word !== '';
}

async function askOf(operator: string, word: string, stat: StatFile): Answer {
  switch (operator) {
    case '-n':
      return word !== '';
    case '-z':
      return word === '';
    case '-e':
      return (await stat(word)) !== undefined;
    case '-d':
      return (await stat(word))?.kind === 'directory';
    case '-f':
      return (await stat(word))?.kind === 'file';
    case '-s':
      return ((await stat(word))?.sizeBytes ?? 0) > 0;
    default:
      return undefined;
  }
}

function numberOf(text: string): number {
  const found = /^\s*-?\d+/.exec(text);
  return found === null ? 0 : Number(found[0]);
}
