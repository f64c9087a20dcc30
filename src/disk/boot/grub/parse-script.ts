import { aboveGrubLimit, grubLimits } from './budget.ts';
import { badGrub, type GrubToken, readTokens, type Word } from './tokens.ts';

/** A command; `block` is the text in braces after its words. */
export interface GrubCommand {
  kind: 'command';
  line: number;
  words: Word[];
  block?: GrubStatement[];
}

/** `else` is a branch without a condition. */
export interface GrubIf {
  kind: 'if';
  line: number;
  branches: { condition?: GrubStatement[]; body: GrubStatement[] }[];
}

/** `for`, `while` and `until` are not run. */
interface GrubLoop {
  kind: 'loop';
  line: number;
  body: GrubStatement[];
}

export type GrubStatement = GrubCommand | GrubIf | GrubLoop;

/**
 * Parses a configuration of GRUB into a tree, without its functions. Text that GRUB cannot parse is `corrupt-data`.
 */
export function parseScript(text: string, place: string): GrubStatement[] {
  return new ScriptParser(text, place).whole();
}

class ScriptParser {
  readonly #place: string;
  readonly #tokens: Generator<GrubToken>;
  #next: GrubToken | undefined;
  #line = 1;
  #words = 0;
  #depth = 0;

  constructor(text: string, place: string) {
    this.#place = place;
    this.#tokens = readTokens(text, place);
    this.#advance();
  }

  whole(): GrubStatement[] {
    const statements = this.#statements([]);
    if (this.#next !== undefined) throw this.#bad('closes what was not opened');
    return statements;
  }

  /** Reads until a word that ends the statements, or `}`, and leaves that word. */
  #statements(ends: readonly string[]): GrubStatement[] {
    this.#depth += 1;
    if (this.#depth > grubLimits.nesting + 1) {
      throw aboveGrubLimit(`more than ${grubLimits.nesting} levels`, grubLimits.nesting);
    }
    const statements: GrubStatement[] = [];
    while (this.#next !== undefined && this.#next.kind !== 'close') {
      if (this.#next.kind === 'end') {
        this.#advance();
        continue;
      }
      const keyword = this.#keyword();
      if (keyword !== undefined && ends.includes(keyword)) break;
      const statement = this.#statement(keyword);
      if (statement !== undefined) statements.push(statement);
    }
    this.#depth -= 1;
    return statements;
  }

  #statement(keyword: string | undefined): GrubStatement | undefined {
    switch (keyword) {
      case 'if':
        return this.#if();
      case 'for':
      case 'while':
      case 'until':
        return this.#loop();
      case 'function':
        return this.#function();
      case 'then':
      case 'elif':
      case 'else':
      case 'fi':
      case 'do':
      case 'done':
        throw this.#bad(`has a stray ${keyword}`);
      default:
        return this.#command();
    }
  }

  #if(): GrubStatement {
    const line = this.#line;
    const branches: GrubIf['branches'] = [];
    let keyword = this.#pass();
    while (keyword !== 'fi') {
      if (keyword === 'else') {
        branches.push({ body: this.#statements(['fi']) });
        this.#expect('fi');
        break;
      }
      const condition = this.#statements(['then']);
      this.#expect('then');
      branches.push({ condition, body: this.#statements(['elif', 'else', 'fi']) });
      keyword = this.#pass();
    }
    return { kind: 'if', line, branches };
  }

  #loop(): GrubStatement {
    const line = this.#line;
    this.#pass();
    this.#statements(['do']);
    this.#expect('do');
    const body = this.#statements(['done']);
    this.#expect('done');
    return { kind: 'loop', line, body };
  }

  #function(): undefined {
    this.#pass();
    if (this.#ahead() !== 'word') throw this.#bad('has a function without a name');
    this.#advance();
    while (this.#ahead() === 'end') this.#advance();
    if (this.#ahead() !== 'open') throw this.#bad('has a function without a body');
    this.#block();
  }

  #command(): GrubStatement {
    const line = this.#line;
    const words: Word[] = [];
    let block: GrubStatement[] | undefined;
    for (let next = this.#next; next !== undefined; next = this.#next) {
      if (next.kind === 'open') block = this.#block();
      else if (next.kind === 'word') {
        words.push(next.parts);
        this.#advance();
      } else break;
    }
    if (words.length === 0) throw this.#bad('has a block without a command');
    return block === undefined
      ? { kind: 'command', line, words }
      : { kind: 'command', line, words, block };
  }

  #block(): GrubStatement[] {
    this.#advance();
    const statements = this.#statements([]);
    if (this.#ahead() !== 'close') throw this.#bad('ends within a block');
    this.#advance();
    return statements;
  }

  #advance(): void {
    const { value, done } = this.#tokens.next();
    this.#next = done === true ? undefined : value;
    this.#line = this.#next?.line ?? this.#line;
    this.#words += 1;
    if (this.#words > grubLimits.tokens)
      throw aboveGrubLimit(`more than ${grubLimits.tokens} words`, grubLimits.tokens);
  }

  #ahead(): GrubToken['kind'] | undefined {
    return this.#next?.kind;
  }

  /** The text of a word without quotes and variables. */
  #keyword(): string | undefined {
    if (this.#next?.kind !== 'word') return undefined;
    const [part, ...others] = this.#next.parts;
    const isPlain = others.length === 0 && part?.isQuoted === false && !part.isVariable;
    return isPlain ? part.text : undefined;
  }

  #pass(): string | undefined {
    const keyword = this.#keyword();
    this.#advance();
    return keyword;
  }

  #expect(wanted: string): void {
    if (this.#keyword() !== wanted) throw this.#bad(`has no ${wanted} where one is needed`);
    this.#advance();
  }

  #bad(what: string): Error {
    return badGrub(this.#place, this.#line, what);
  }
}
