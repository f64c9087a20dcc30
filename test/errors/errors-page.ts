import { type ErrorCode, type Remedy, remedies } from '../../src/errors/codes.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { defectTable, digestTable, signatureTable } from '../../src/errors/reason-table.ts';
import { errorTable } from '../../src/errors/table.ts';

/** Class of each remedy, and its advice to the caller. */
const classes: Readonly<Record<Remedy, readonly [name: string, action: string]>> = {
  usage: ['UsageError', 'Change the call.'],
  'not-found': ['NotFoundError', 'Ask for something else.'],
  transfer: ['TransferError', 'Try later.'],
  integrity: ['IntegrityError', 'Do not use the bytes.'],
  decode: ['DecodeError', 'The image is unusable or unsafe: get another one.'],
  cache: ['CacheError', 'Fix the disk that the cache or the output lies on.'],
  plugin: ['PluginError', 'Tell the author of the plug-in.'],
};

/** `docs/errors.md`, generated from the tables in `src/errors/`. */
export function formatErrorsPage(): string {
  const rows = Object.entries(classes).map(([remedy, [name, action]]) => {
    return `| \`${remedy}\` | \`${name}\` | ${action} | ${exitCodes[remedy as Remedy]} |`;
  });
  const codes = Object.keys(errorTable) as ErrorCode[];
  return `${[
    `# Errors

This page is generated: \`npm run docs:errors\` writes it from the tables in \`src/errors/\`.

Every error that rootdisk raises on purpose is an \`ImageError\`:

- \`code\` names the cause; the codes are listed below.
- \`remedy\` says what the caller can do; there is one class for each remedy.
- \`hint\` is one sentence with the next step.
- \`details\` has facts for programs, and \`cause\` is the error that led to this one.
- \`exitCode\` is the exit code of the command line.

\`\`\`ts
import { ensureImage, hasRemedy, isImageError } from 'rootdisk';

try {
  await ensureImage('debian:13');
} catch (error) {
  if (isImageError(error, 'ERR_NO_SPACE')) console.error(error.details);
  else if (hasRemedy(error, 'transfer')) console.error('try later:', error.message);
  else throw error;
}
\`\`\`

An aborted call throws the reason of its \`signal\` instead. The command line prints message, hint and code to stderr. With \`--json\` it
also prints \`{ "error": { "code", "remedy", "name", "message", "hint", "details", "exitCode" } }\` to stdout.`,
    ['| remedy | class | what to do | exit code |', '| --- | --- | --- | --- |', ...rows].join(
      '\n',
    ),
    `Three codes exist on the command line only: \`ERR_UNEXPECTED\` (exit code 1) for an error that this package did not expect, and \`ERR_INTERRUPTED\`
(130) and \`ERR_TERMINATED\` (143) after a signal.`,
    ...Object.entries(classes).map(([remedy, [name, action]]) => {
      const own = codes.filter((code) => remedies[code] === remedy).map(formatCode);
      return [`## ${name}`, action, ...own].join('\n\n');
    }),
    `## Reasons

\`details.reason\` says more about some errors.`,
    '### Reasons of a `DecodeError`',
    formatReasons(defectTable),
    '### Reasons of an `IntegrityError` about a signature',
    formatReasons(signatureTable),
    '### Reasons of an `IntegrityError` about digests',
    formatReasons(digestTable),
  ].join('\n\n')}\n`;
}

function formatCode(code: ErrorCode): string {
  const { meaning, action, example } = errorTable[code];
  const facts = [
    `- What to do: ${action}`,
    `- Exit code: ${exitCodes[remedies[code]]}`,
    `- Example: \`${example}\``,
  ];
  return [`### \`${code}\``, meaning, facts.join('\n')].join('\n\n');
}

function formatReasons(table: Readonly<Record<string, string>>): string {
  const rows = Object.entries(table).map(([reason, sentence]) => `| \`${reason}\` | ${sentence} |`);
  return ['| reason | meaning |', '| --- | --- |', ...rows].join('\n');
}
