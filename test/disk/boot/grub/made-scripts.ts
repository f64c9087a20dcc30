import fc from 'fast-check';

const word = fc.constantFrom(
  'echo',
  'set',
  'a=b',
  'default=1',
  '$x',
  '\u0024{x}',
  '"a $x b"',
  "'one  two'",
  '\\;',
  'a\\\nb',
  '--id',
  '[',
  ']',
  '!',
  '/boot/vmlinuz-6.1',
  '(hd0,gpt1)/x',
  '"\\"\\$"',
  '$"text"',
  'then',
  'fi',
  'a#b',
  '$1',
  '$?',
  '-s',
  '=',
  'é',
);
const end = fc.constantFrom('\n', '; ', '\n\t', ' # comment\n');

const made = fc.letrec<Record<'script' | 'statement' | 'block', string>>((tie) => ({
  script: fc
    .array(fc.tuple(tie('statement'), end), { minLength: 1, maxLength: 5, depthIdentifier: 'grub' })
    .map((all) => all.map((pair) => pair.join('')).join('')),
  block: tie('script').map((inside) => `{\n${inside}\n}`),
  statement: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'grub', withCrossShrink: true },
    fc
      .tuple(
        fc.constantFrom('linux', 'initrd', 'search', 'true', 'false', 'a=b', 'load_env', '[', '!'),
        fc.array(word, { maxLength: 4 }),
      )
      .map(([command, words]) => [command, ...words].join(' ')),
    fc
      .tuple(tie('statement'), tie('script'), tie('script'))
      .map(([test, yes, no]) => `if ${test}; then\n${yes}\nelse\n${no}\nfi`),
    fc
      .tuple(tie('statement'), tie('script'), tie('statement'), tie('script'))
      .map(([one, first, two, second]) => {
        return `if ${one}\nthen\n${first}\nelif ${two}; then ${second}\nfi`;
      }),
    fc
      .tuple(
        fc.constantFrom('menuentry', 'submenu'),
        fc.array(word, { maxLength: 4 }),
        tie('block'),
      )
      .map(([kind, words, block]) => [kind, ...words, block].join(' ')),
    tie('script').map((inside) => `for x in a b; do\n${inside}\ndone`),
    fc
      .tuple(fc.constantFrom('while', 'until'), tie('statement'), tie('script'))
      .map(([kind, test, inside]) => `${kind} ${test}; do\n${inside}\ndone`),
  ),
}));

/** Configurations that GRUB accepts, most of them. */
export const script: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      made.script,
      made.block.map((block) => `function made ${block}\n`),
    ),
    { maxLength: 3 },
  )
  .map((all) => all.join(''));

/** Pieces in any order: GRUB accepts few of them. */
export const soup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      word,
      fc.constantFrom('if', 'then', 'else', 'fi', 'do', 'done', 'menuentry', 'function', 'while'),
      fc.constantFrom('{', '}', ';', '\n', '"', "'", '\\', '$', '|', '&', '<', '#', '', ' '),
    ),
    { maxLength: 12 },
  )
  .chain((pieces) => fc.constantFrom(' ', '').map((between) => pieces.join(between)));
