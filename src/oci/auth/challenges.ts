/** One authentication scheme that a server accepts (RFC 9110 11.6.1). */
export interface AuthChallenge {
  /** In lower case. */
  scheme: string;
  /** By name in lower case, without those in the `token68` form. */
  params: Record<string, string>;
}

const separators = /[\s,]*/y;
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const value = /[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const token68 = /[ \t]+[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y;

/** Parses `WWW-Authenticate`; repeated headers are joined by commas. Stops at text that it cannot parse. */
export function parseChallenges(header: string): AuthChallenge[] {
  const challenges: AuthChallenge[] = [];
  let position = 0;
  const take = (rule: RegExp): RegExpExecArray | null => {
    rule.lastIndex = position;
    const match = rule.exec(header);
    if (match !== null) position = rule.lastIndex;
    return match;
  };
  for (;;) {
    take(separators);
    const word = take(token)?.[0].toLowerCase();
    if (word === undefined) return challenges;
    const given = take(value);
    const last = challenges.at(-1);
    if (given === null) {
      challenges.push({ scheme: word, params: {} });
      take(token68);
    } else if (last === undefined) return challenges;
    else last.params[word] = given[1]?.replace(/\\(.)/g, '$1') ?? given[2] ?? '';
  }
}
