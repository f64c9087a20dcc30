import { describe, expect, test } from 'vitest';
import { environmentBlock } from './configurations.ts';
import { menuOfText } from './shown-menu.ts';

async function reasonOf(text: string, more: Record<string, string> = {}): Promise<unknown> {
  return await menuOfText(text, more).then(
    () => 'ok',
    (error) => error.details.reason,
  );
}

const entry = 'menuentry a { linux /a }\n';

describe('expensive configurations are refused', () => {
  test.for([
    ['submenus in submenus', 'submenu s {\n'.repeat(3000) + '}\n'.repeat(3000)],
    ['conditions in conditions', 'if true; then\n'.repeat(3000) + 'fi\n'.repeat(3000)],
    ['a configuration that sources itself', `source $prefix/grub.cfg\n${entry}`],
    ['a configuration that starts itself', `configfile $prefix/grub.cfg\n${entry}`],
    ['a submenu that starts its configuration', 'submenu s { configfile $prefix/grub.cfg }\n'],
    ['many commands', 'a=b\n'.repeat(10_001)],
    ['commands of many entries', 'menuentry a { a=b; a=b; a=b; a=b; a=b }\n'.repeat(2000)],
    ['many words', 'a '.repeat(100_001)],
    ['a long word', 'x'.repeat(4097)],
    ['a long word in quotes', `echo '${'x'.repeat(4097)}'`],
    ['a value that doubles', `a=xxxxxxxx\n${'a=$a$a\n'.repeat(40)}`],
    ['values that become many words', `a="${'x '.repeat(2000)}"\n${'echo $a\n'.repeat(9000)}`],
    ['many questions for files', '[ -e /x ]\n'.repeat(1001)],
    ['entries that are read again and again', 'blscfg\n'.repeat(9)],
    ['tests in tests', `if [ ${'! '.repeat(3000)} x ]; then a=b; fi`],
    ['a file above 1 MiB', '\n'.repeat(1024 * 1024 + 1)],
  ] as const)('%s', async ([, text]) => {
    expect(await reasonOf(text)).toBe('limit');
  });
});

describe('syntax that GRUB cannot parse is refused', () => {
  test.for([
    ['bytes that are no text', 'menuentry\0 a'],
    ['an open quote', "menuentry 'a { linux /a }"],
    ['an open double quote', 'menuentry "a { linux /a }'],
    ['an open block', 'menuentry a { linux /a\n'],
    ['a block that was not opened', `${entry}}\n`],
    ['a block alone', '{ linux /a }'],
    ['an if without its end', 'if true; then\na=b\n'],
    ['an if without then', 'if true; fi\n'],
    ['a stray else', 'else\n'],
    ['a pipe', 'a | b\n'],
    ['a backslash at the end', 'a \\'],
    ['a function without a body', 'function f\n'],
  ] as const)('%s', async ([, text]) => {
    expect(await reasonOf(text)).toBe('corrupt-data');
  });

  test('the message names the line', async () => {
    await expect(menuOfText("a=b\n\nif true; then\n  echo 'x\n")).rejects.toThrow(
      'Line 4 of (hd0,gpt1)/boot/grub/grub.cfg',
    );
  });
});

test('a path above the top stays on its volume', async () => {
  const { chosen } = await menuOfText('menuentry a { linux /boot/../../etc/shadow }');
  expect(chosen?.kernel).toBe('p1:/boot/../../etc/shadow');
});

test('an invalid environment block is ignored, with a warning', async () => {
  const block = environmentBlock({ saved_entry: 'b' });
  for (const bad of [block.slice(1), `${block}#`, `X${block.slice(1)}`, '']) {
    const menu = await menuOfText('load_env\nset default=$saved_entry\nmenuentry a { linux /a }', {
      '/boot/grub/grubenv': bad,
    });
    expect(menu.warnings).toEqual([
      '(hd0,gpt1)/boot/grub/grubenv is not an environment block of GRUB and was ignored',
    ]);
  }
});

test('a folder in place of a file is skipped', async () => {
  const text = `source /boot
load_env -f /boot
set blsdir=/boot/grub/grub.cfg
blscfg
configfile /
${entry}`;
  expect((await menuOfText(text)).ids).toEqual(['a']);
});

test("names like those of an object's own methods are ordinary names", async () => {
  const text = `search.constructor a b\ntoString\n[ a constructor b ]\nmenuentry a { linux /a $constructor \${__proto__} }`;
  expect((await menuOfText(text)).chosen?.cmdline).toBe('');
});
