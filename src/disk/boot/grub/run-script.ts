import { refuse } from '../../../errors.ts';
import type { BootPlaces } from '../menu.ts';
import { type GrubBudget, grubBudget, grubLimits } from './budget.ts';
import { Devices } from './devices.ts';
import type { Frame } from './frame.ts';
import { runLoadEnv } from './load-env-command.ts';
import { parseMenuEntry } from './menuentry-command.ts';
import { type GrubCommand, type GrubIf, type GrubStatement, parseScript } from './parse-script.ts';
import { runBlscfg } from './run-blscfg.ts';
import { isSearch, runSearch } from './search-command.ts';
import { testWords } from './test-command.ts';
import { expandWords, type Variables } from './variables.ts';

/** `undefined` if the result of a command is unknown here. */
type Status = boolean | undefined;

/** Commands on which a menu depends: a branch without them may be chosen without a warning. */
const telling =
  /^(?:menuentry|submenu|blscfg|source|configfile|linux(?:16|efi)?|initrd(?:16|efi)?|default=.*)$/;

/** Runs configurations of GRUB far enough to determine their menus. */
export class ScriptRun {
  readonly devices: Devices;
  readonly budget: GrubBudget = grubBudget();
  readonly #warnings = new Set<string>();
  #place = '';

  constructor(places: BootPlaces) {
    this.devices = new Devices(places, this.budget);
  }

  get warnings(): string[] {
    return [...this.#warnings];
  }

  warn(text: string): void {
    if (this.#warnings.size < 100) this.#warnings.add(text);
  }

  /** Runs a file; false if it does not exist. */
  async runFile(path: string, frame: Frame): Promise<boolean> {
    const bytes = await this.devices.read(path, frame.variables, grubLimits.fileBytes);
    if (bytes === undefined) return false;
    this.budget.spend('sources');
    const outer = this.#place;
    this.#place = path;
    const text = Buffer.from(bytes).toString('utf8');
    if (text.includes('\0')) throw refuse('corrupt-data', `${path} is not a text`);
    await this.run(parseScript(text, path), frame);
    this.#place = outer;
    return true;
  }

  async run(statements: readonly GrubStatement[], frame: Frame): Promise<Status> {
    let status: Status = true;
    for (const statement of statements) {
      if (frame.isOver === true) break;
      switch (statement.kind) {
        case 'if':
          status = await this.#if(statement, frame);
          break;
        case 'loop':
          if (tells(statement.body)) this.#unsure(statement.line, 'a loop was not run');
          status = undefined;
          break;
        default:
          status = await this.#command(statement, frame);
      }
    }
    return status;
  }

  async #if({ branches, line }: GrubIf, frame: Frame): Promise<Status> {
    for (const { condition, body } of branches) {
      const answer = condition === undefined ? true : await this.run(condition, frame);
      if (answer === true) return await this.run(body, frame);
      if (answer === undefined && branches.some((one) => tells(one.body))) {
        this.#unsure(line, 'a condition could not be decided and was taken for false');
      }
    }
    return true;
  }

  async #command({ words, block }: GrubCommand, frame: Frame): Promise<Status> {
    this.budget.spend('commands');
    const texts = expandWords(words, frame.variables, this.budget);
    if (texts[0] === '!') {
      const answer = await this.#runWords(texts.slice(1), block, frame);
      return answer === undefined ? answer : !answer;
    }
    return await this.#runWords(texts, block, frame);
  }

  async #runWords(
    texts: readonly string[],
    block: GrubStatement[] | undefined,
    frame: Frame,
  ): Promise<Status> {
    const { variables } = frame;
    const [command = '', ...rest] = texts;
    if (isSearch(command)) return await runSearch(texts, this.devices, variables);
    switch (command) {
      case 'set':
        return assign(rest[0] ?? '', variables);
      case 'unset':
        for (const name of rest) variables.set(name, undefined);
        return true;
      case 'export':
        for (const name of rest) variables.export(name);
        return true;
      case '[':
        return rest.at(-1) === ']' ? await this.#test(rest.slice(0, -1), frame) : undefined;
      case 'test':
        return await this.#test(rest, frame);
      case 'true':
      case 'insmod':
      case 'echo':
        return true;
      case 'false':
        return false;
      case 'load_env':
        return await runLoadEnv(rest, this.devices, variables, (text) => this.warn(text));
      case 'source':
      case '.':
        return await this.runFile(rest[0] ?? '', frame);
      case 'configfile':
        return await this.#configfile(rest[0] ?? '', frame);
      case 'menuentry':
      case 'submenu':
        if (block !== undefined) frame.items?.push(parseMenuEntry(command, rest, block));
        return true;
      case 'blscfg':
      case 'bls_import':
        return await this.#blscfg(rest[0], frame);
      case 'linux':
      case 'linux16':
      case 'linuxefi':
        return await this.#linux(rest, frame);
      case 'initrd':
      case 'initrd16':
      case 'initrdefi':
        return await this.#initrd(rest, frame);
      default:
        return /^[A-Za-z_]\w*=/.test(command) ? assign(command, variables) : undefined;
    }
  }

  async #test(words: readonly string[], { variables }: Frame): Promise<Status> {
    return await testWords(words, (path) => this.devices.stat(path, variables));
  }

  /** A separate configuration: it provides the menu, and the calling configuration is not continued. */
  async #configfile(path: string, frame: Frame): Promise<Status> {
    if (frame.items === undefined) return undefined;
    const variables = frame.variables.context();
    const directory = path.replace(/\/[^/]*$/, '');
    for (const [name, value] of [
      ['config_file', path],
      ['config_directory', directory],
    ] as const) {
      variables.set(name, value);
      variables.export(name);
    }
    const inner: Frame = { variables, items: [] };
    const isThere = await this.runFile(path, inner);
    if ((inner.items ?? []).length > 0) Object.assign(frame, inner, { isOver: true });
    return isThere;
  }

  async #blscfg(argument: string | undefined, frame: Frame): Promise<boolean> {
    this.budget.spend('sources');
    return await runBlscfg(argument, this.devices, frame, (text) => this.warn(text));
  }

  async #linux([path, ...words]: readonly string[], frame: Frame): Promise<boolean> {
    if (path === undefined) return false;
    const kernel = await this.devices.fileAt(path, frame.variables);
    // The kernel expects quotes around a parameter with blanks, and GRUB adds them too.
    const cmdline = words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
    frame.loaded = { path, initrd: [], cmdline };
    if (kernel !== undefined) frame.loaded.kernel = kernel;
    return true;
  }

  async #initrd(paths: readonly string[], { variables, loaded }: Frame): Promise<boolean> {
    if (loaded === undefined) return false;
    loaded.initrd = [];
    for (const path of paths) {
      if (path.startsWith('-')) continue;
      const file = await this.devices.fileAt(path, variables);
      if (file === undefined) loaded.lost ??= path;
      else loaded.initrd.push(file);
    }
    return true;
  }

  #unsure(line: number, what: string): void {
    this.warn(`${this.#place} line ${line}: ${what}`);
  }
}

function assign(text: string, variables: Variables): boolean {
  const at = text.indexOf('=');
  if (at > 0) variables.set(text.slice(0, at), text.slice(at + 1));
  return true;
}

/** True if the menu depends on these commands. */
function tells(statements: readonly GrubStatement[]): boolean {
  return statements.some((statement) => {
    if (statement.kind === 'if') return statement.branches.some(({ body }) => tells(body));
    if (statement.kind === 'loop') return tells(statement.body);
    return statement.words.some(([part]) => part !== undefined && telling.test(part.text));
  });
}
