/** A step of a page: a command with its printed output, or a note about a change of upstream. */
export interface ConsoleStep {
  command: string;
  shown: string;
  /** The text of `<!-- upstream: … -->` before the block of the command. */
  before?: string;
}

/**
 * The commands in the `console` blocks of a page, in order: lines after `$ `, each with the lines up to the next one.
 */
export function readConsole(page: string): ConsoleStep[] {
  const steps: ConsoleStep[] = [];
  let before: string | undefined;
  const parts = page.matchAll(/<!-- upstream: (.+?) -->|```console\n([\s\S]*?)```/g);
  for (const [, note, block] of parts) {
    if (block === undefined) {
      before = note;
      continue;
    }
    for (const text of block.split(/^\$ /m).slice(1)) {
      const [command = '', ...shown] = text.split('\n');
      steps.push({ command, shown: shown.join('\n'), ...(before === undefined ? {} : { before }) });
      before = undefined;
    }
  }
  return steps;
}
