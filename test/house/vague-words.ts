const vague = /\b(?:anybody|nobody|somebody|whoever)\b/gi;

/** Lines with a vague word instead of the caller, the lock holder or the other process. */
export function findVagueWords(path: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(vague)].map(([word]) => `${path}:${index + 1} ${word.toLowerCase()}`),
    );
}
