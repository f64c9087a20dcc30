import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvironmentBlock } from '../../../../src/disk/boot/grub/environment-block.ts';
import { environmentBlock } from './configurations.ts';
import { menuOfText } from './shown-menu.ts';

/** The words that become the command line of the only entry. */
async function wordsOf(words: string, before = ''): Promise<string | undefined> {
  return (await menuOfText(`${before}\nmenuentry a { linux /a ${words}\n}\n`)).chosen?.cmdline;
}

describe('words', () => {
  test.for([
    ['a  b\tc', 'a b c'],
    ['\'a\'"b"c', 'abc'],
    ["x='a b'", '"x=a b"'],
    ['a\\ b', '"a b"'],
    ['a\\\nb', 'ab'],
    ['"\\$x \\"y\\" \\\\ \\z"', '"$x "y" \\ \\z"'],
    ["'\\$x'", '\\$x'],
    ['a#b # c', 'a#b'],
    ['$ a$', '$ a$'],
    ['root=(hd0)', 'root=(hd0)'],
    ["''", ''],
    ['$"Loading Linux"x', '"Loading Linuxx"'],
    [`$none a \${none} "$none"b`, 'a b'],
  ] as const)('%j', async ([words, cmdline]) => {
    expect(await wordsOf(words)).toBe(cmdline);
  });

  test.for([
    ['$x', 'one two'],
    ['"$x"', '"one  two"'],
    ['a$x', 'aone two'],
    [`\${x}b`, 'one twob'],
    ['$x$x', 'one twoone two'],
    ["'$x'", '$x'],
    [`"\${x}"c`, '"one  twoc"'],
  ] as const)('%s of a value with blanks', async ([words, cmdline]) => {
    expect(await wordsOf(words, "set x='one  two'")).toBe(cmdline);
  });
});

describe('conditions', () => {
  const files = { '/etc/full': 'x', '/etc/empty': '' };
  const yes = [
    '[ -e /etc ]',
    '[ -d /etc ]',
    '[ -f /etc/empty ]',
    '[ -s /etc/full ]',
    '[ ! -s /etc/empty ]',
    '[ -f ($root)/etc/full ]',
    'test -n x',
    '[ -z "$none" ]',
    '[ "a" = a -a b == "b" ]',
    '[ a != b ]',
    '[ a = b -o a = a -a 1 -eq 01 ]',
    '[ 2 -lt 10 -a 10 -gt 2 -a 2 -le 2 -a 2 -ge 2 -a 1 -ne 2 ]',
    '[ ( a = b -o a = a ) -a x ]',
    '[ x$grub_platform = xpc ]',
    `[ x"\${feature_menuentry_id}" = xy ]`,
    '[ "$one" ]',
    'true',
    'false; true',
    'insmod gzio',
    '! false',
    '! [ a = b ]',
  ];
  const no = [
    '[ -e /gone ]',
    '[ -d /etc/full ]',
    '[ -f /etc ]',
    '[ -s /etc/empty ]',
    '[ -f (hd9,gpt1)/etc/full ]',
    '[ "$none" ]',
    '[ ]',
    '[ a = b ]',
    '[ a = a -a a = b ]',
    '[ ! a = a ]',
    'true; false',
    '! true',
  ];
  test.for([...yes.map((one) => [one, 'yes']), ...no.map((one) => [one, 'no'])])(
    '%s: %s',
    async ([condition = '', answer = '']) => {
      const text = `one=1\nif ${condition}; then x=yes; else x=no; fi\nmenuentry a { linux /a $x }`;
      const { chosen, warnings } = await menuOfText(text, files);
      expect(chosen?.cmdline).toBe(answer);
      expect(warnings).toEqual([]);
    },
  );

  test('the first branch whose condition is true is run, and no other', async () => {
    const text = `if false; then x=1
elif [ a ]; then
  x=2; elif_ran=1
elif true; then x=3; else x=4
fi
menuentry a { linux /a $x $elif_ran }`;
    expect((await menuOfText(text)).chosen?.cmdline).toBe('2 1');
  });

  test('a condition that cannot be decided counts as false, with a warning if the menu depends on it', async () => {
    const menu = await menuOfText(`if cpuid -l; then
  menuentry long { linux /long }
else
  menuentry short { linux /short }
fi
if hwmatch x; then gfx=1; fi
while true; do menuentry loop { linux /l }; done
`);
    expect(menu.ids).toEqual(['short']);
    const place = '(hd0,gpt1)/boot/grub/grub.cfg';
    expect(menu.warnings).toEqual([
      `${place} line 1: a condition could not be decided and was taken for false`,
      `${place} line 7: a loop was not run`,
    ]);
  });
});

describe('scopes', () => {
  test('an entry keeps its variables to itself, a submenu sees only exported ones', async () => {
    const menu = await menuOfText(`a=1; b=2; export b
menuentry first { c=3; linux /first $a $b }
submenu more { menuentry second { linux /second x$a x$b x$c } }
default='more>second'
`);
    expect(menu.ids).toEqual(['first', 'second']);
    expect(menu.chosen?.cmdline).toBe('x x2 x');
  });

  test('functions are skipped, and the text after them is not', async () => {
    const text = `function f {
  menuentry no { linux /no }
  if true; then echo; fi
}
f
menuentry yes { linux /yes }`;
    expect((await menuOfText(text)).ids).toEqual(['yes']);
  });

  test('the last linux and initrd of an entry are used', async () => {
    const { chosen } = await menuOfText(
      'menuentry a { linux16 /old x\nlinuxefi /new y\ninitrdefi /one\ninitrd16 /two /three\n}',
    );
    expect(chosen).toMatchObject({ kernel: 'p1:/new', initrd: ['p1:/two', 'p1:/three'] });
  });
});

describe('the default entry', () => {
  const menu = `menuentry one --class x --id first { linux /1 }
submenu 'a > b' { menuentry 'c > d' { linux /2 }
menuentry e { linux /3 } }
menuentry --unrestricted last --hotkey=l { linux /4 }
`;
  test.for([
    ['', '/1'],
    ['0', '/1'],
    ['2', '/4'],
    ['first', '/1'],
    ['last', '/4'],
    ['1>1', '/3'],
    ['a >> b>c >> d', '/2'],
    ['a >> b>e', '/3'],
    ['1', '/2'],
    ['saved', '/3'],
  ] as const)('%j is %s', async ([wanted, path]) => {
    const { chosen, warnings } = await menuOfText(
      `saved_entry='1>1'\ndefault='${wanted}'\n${menu}`,
    );
    expect(chosen?.kernel).toBe(`p1:${path}`);
    expect(warnings).toEqual([]);
  });

  test.for([
    ['9', '/1'],
    ['1>9', '/2'],
    ['gone>1', '/1'],
  ] as const)('%j does not exist: %s', async ([wanted, path]) => {
    const { chosen, warnings } = await menuOfText(`default='${wanted}'\n${menu}`);
    expect(chosen?.kernel).toBe(`p1:${path}`);
    expect(warnings).toHaveLength(1);
  });
});

test('an environment block is read as it was written', () => {
  const name = fc.constantFrom('saved_entry', 'kernelopts', 'boot_success', 'x');
  const unit = fc.constantFrom('a', '\\', '\n', '=', '#', ' ', 'é');
  const value = fc.string({ unit, maxLength: 30 });
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([one]) => one }), (values) => {
      const text = environmentBlock(Object.fromEntries(values));
      // The block is padded by characters; a letter of two bytes makes it one byte too long.
      const bytes = Buffer.from(text).subarray(0, 1024);
      expect(parseEnvironmentBlock(bytes)).toEqual(new Map(values));
    }),
  );
});
