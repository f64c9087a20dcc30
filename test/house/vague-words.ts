const vague = /\b(?:anybody|nobody|somebody|whoever)\b/gi;

/** Lines that name no one in particular: the caller, the lock holder or the other process has a name. */
export function findVagueWords(path: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(vague)].map(([word]) => `${path}:${index + 1} ${word.toLowerCase()}`),
    );
}
