import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCatalog } from '../../src/catalog/read-catalog.ts';
import { formatJson } from '../../src/cli/print/format.ts';
import { isImageError } from '../../src/errors.ts';
import { builtIns } from '../../src/index.ts';
import { defined } from '../../src/kit/defined.ts';
import { documentedFacts } from './documented-facts.ts';
import { readFacts, writeFacts } from './facts.ts';
import { type LiveOptions, readOptions, usage } from './options.ts';
import { renderMarkdown, renderText } from './render.ts';
import { exitCodeOf, type Survey, surveyUpstreams, updateFacts } from './survey.ts';

/** Outputs of a run. */
export interface LiveOutput {
  /** Results. */
  out(text: string): void;
  /** Progress and errors. */
  err(text: string): void;
}

/** `npm run test:live`; returns the exit code, as described in `usage`. */
export async function runLive(
  args: string[],
  { out, err }: LiveOutput,
  signal?: AbortSignal,
): Promise<number> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-live-'));
  try {
    const options = readOptions(args);
    if (!options.help) return await run(options, cacheDir, { out, err }, signal);
    out(usage);
    return 0;
  } catch (error) {
    if (!isImageError(error)) throw error;
    err(`${error.message}\n${error.hint}`);
    return error.exitCode;
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

async function run(
  options: LiveOptions,
  cacheDir: string,
  { out, err }: LiveOutput,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { only, mirrors, now, facts: path, report } = options;
  const day = now.toISOString().slice(0, 10);
  const facts = await readFacts(path);
  if (options.start) {
    const { images } = await readCatalog(undefined);
    const started = { ...documentedFacts(images), ...facts };
    await writeFacts(path, started);
    out(`${Object.keys(started).length} vendors have facts`);
    return 0;
  }
  const own = await Promise.all(options.keys.map((key) => readFile(key, 'utf8')));
  const keys = own.length === 0 ? undefined : { replace: own };
  const asked = { mirrors, now, cacheDir, ...defined({ keys, signal }) };
  const survey = await surveyUpstreams(builtIns, only, facts, asked, err);
  out(options.json ? formatJson(toJson(survey)) : renderText(survey));
  if (report !== undefined) await writeFile(report, renderMarkdown(survey, day));
  if (!options.update) return exitCodeOf(survey);
  await writeFacts(path, updateFacts(facts, survey, day));
  // Changed facts are updated; for unreachable vendors nothing is known.
  return survey.missed.length > 0 ? 4 : 0;
}

function toJson({ answers, changes, missed, images, documents, bytes }: Survey): object {
  const vendors = answers.map(({ vendor }) => vendor);
  return { changes, missed, vendors, images, documents, bytes };
}
