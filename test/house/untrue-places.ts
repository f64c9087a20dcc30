import { posix } from 'node:path';

/** Folders whose files the documents name. */
const place = /^(?:src|vendors|formats|verifiers|test|tools|examples|docs|\.ci)\/[\w./-]*$/;

/**
 * Names in a document that do not exist in the project: relative links, paths in backticks (`<id>` stands for any name)
 * and npm scripts.
 */
export function findUntruePlaces(
  path: string,
  text: string,
  files: readonly string[],
  scripts: readonly string[],
): string[] {
  const folder = posix.dirname(path);
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, to = '']) =>
    posix.join(folder, to),
  );
  const named = [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => place.test(name));
  const missing = [...links, ...named].filter(
    (name) =>
      !files.some((file) => file === name || file.startsWith(`${name.replace(/\/$/, '')}/`)),
  );
  const run = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  const unknown = run.filter((name) => !scripts.includes(name)).map((name) => `npm run ${name}`);
  return [...new Set([...missing, ...unknown])].map((name) => `${path}: ${name}`);
}
