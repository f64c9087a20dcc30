import { expect, test } from 'vitest';
import { parseXml } from '../../src/kit.ts';

test('an element has a name, a namespace, attributes, text and children in order', async () => {
  const root = await parseXml(
    `\ufeff<?xml version="1.0" encoding="UTF-8"?>
    <!-- a comment -->
    <o:top xmlns:o="urn:one" xmlns="urn:two" o:id="1" size="5 &lt; 6">
      first <o:child/> &amp; <![CDATA[<&amp;>]]> &#x2713;&#10;<leaf xmlns="">&quot;&apos;</leaf>
    </o:top>`,
    'doc',
  );
  expect(root).toMatchObject({ name: 'top', namespace: 'urn:one' });
  expect(root.attributes).toEqual([
    ['id', '1'],
    ['size', '5 < 6'],
  ]);
  expect(root.text).toBe('first  & <&amp;> \u2713');
  expect(root.children).toMatchObject([
    { name: 'child', namespace: 'urn:one', attributes: [], text: '', children: [] },
    { name: 'leaf', namespace: '', text: `"'` },
  ]);
});

const refused: [what: string, text: string][] = [
  ['a document type', '<!DOCTYPE a><a/>'],
  ['an entity', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
  ['an external entity', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'],
  ['an entity that nothing defines', '<a>&nbsp;</a>'],
  ['one in an attribute', '<a b="&e;"/>'],
  ['a name of an object', '<a>&constructor;</a>'],
  ['a reference to no character', '<a>&#0;</a>'],
  ['a reference to half a character', '<a>&#xd800;</a>'],
  ['a reference beyond all characters', '<a>&#x110000;</a>'],
  ['a bare ampersand', '<a>this & that</a>'],
  ['a control character', '<a>\u0000</a>'],
  ['no element', ''],
  ['text only', 'not xml'],
  ['HTML', '<html><br></html>'],
  ['an end that is missing', '<a><b></b>'],
  ['ends that cross', '<a><b></a></b>'],
  ['two roots', '<a/><b/>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['a comment without an end', '<a/><!-- '],
  ['a prototype', '<a><__proto__/></a>'],
  ['110 levels', `${'<a>'.repeat(110)}${'</a>'.repeat(110)}`],
  ['more than 1 MiB', `<a>${'x'.repeat(1024 ** 2)}</a>`],
];

test.each(refused)('%s is refused', async (_, text) => {
  await expect(parseXml(text, 'doc')).rejects.toMatchObject({
    code: 'ERR_METADATA',
    message: expect.stringMatching(/^doc /),
  });
});

test('a document of 1 MiB with only elements is parsed quickly', async () => {
  const root = await parseXml(`<a>${'<b c="d"/>'.repeat(100_000)}</a>`, 'doc');
  expect(root.children).toHaveLength(100_000);
});
