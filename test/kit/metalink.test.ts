import { expect, test } from 'vitest';
import { parseMetalink } from '../../src/kit.ts';

const sha256 = '5f'.repeat(32);
const sha512 = 'c0'.repeat(64);
const wrap = (content: string, root = 'xmlns="urn:ietf:params:xml:ns:metalink"') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<metalink ${root}>\n${content}\n</metalink>`;
const file = (content: string, name = 'disk.qcow2') =>
  wrap(`<file name="${name}">${content}</file>`);

// The form of MirrorCache's answer for `.meta4`.
const answer = wrap(`
  <generator>MirrorCache</generator>
  <origin dynamic="true">http://download.example/leap/disk.qcow2</origin>
  <published>2026-10-02T13:06:09Z</published>
  <publisher>
    <name>Example</name>
    <url>http://download.example</url>
  </publisher>
  <file name="disk.qcow2">
    <size>600000</size>
    <hash type="md5">${'0'.repeat(32)}</hash>
    <hash type="sha-1">${'0'.repeat(40)}</hash>
    <hash type="sha-256">${sha256.toUpperCase()}</hash>
    <hash type="sha-512">${sha512}</hash>
    <pieces length="262144" type="sha-1"><hash>${'0'.repeat(40)}</hash></pieces>
    <pieces length="262144" type="sha-256">
      <hash>${'1a'.repeat(32)}</hash>
      <hash>${'2b'.repeat(32)}</hash>
      <hash>${'3c'.repeat(32)}</hash>
    </pieces>
    <!-- Mirrors in other parts of the world:  -->
    <url location="NZ" priority="6">http://mirror.nz.example/leap/disk.qcow2?a=1&amp;b=2</url>
    <url location="au" priority="1">https://mirror.au.example/leap/disk.qcow2</url>
    <url>ftp://mirror.example/leap/disk.qcow2</url>
    <url location="">https://anywhere.example/leap/disk.qcow2</url>
    <!-- File origin location:  -->
    <url location="" priority="7">http://origin.example/leap/disk.qcow2</url>
  </file>`);

test('a document of a mirror redirector', async () => {
  const { files } = await parseMetalink(answer, 'disk.qcow2.meta4');
  const [found, ...others] = files;
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    name: 'disk.qcow2',
    sizeBytes: 600_000,
    digests: [`sha256:${sha256}`, `sha512:${sha512}`],
    pieces: {
      lengthBytes: 262_144,
      digests: expect.arrayContaining([`sha256:${'3c'.repeat(32)}`]),
    },
  });
  expect(found?.pieces?.digests).toHaveLength(3);
  expect(found?.urls.map(({ url, ...rest }) => ({ url: url.href, ...rest }))).toEqual([
    { url: 'https://mirror.au.example/leap/disk.qcow2', priority: 1, location: 'AU' },
    { url: 'http://mirror.nz.example/leap/disk.qcow2?a=1&b=2', priority: 6, location: 'NZ' },
    { url: 'http://origin.example/leap/disk.qcow2', priority: 7 },
    { url: 'https://anywhere.example/leap/disk.qcow2', priority: 999_999 },
  ]);
});

test('a document without sizes and hashes, and one with several files', async () => {
  const { files } = await parseMetalink(
    wrap(`<file name="sub/a"><url priority="1">https://m.example/a</url></file><file name="b"/>`),
    'list',
  );
  expect(files).toEqual([
    {
      name: 'sub/a',
      digests: [],
      urls: [{ url: new URL('https://m.example/a'), priority: 1 }],
    },
    { name: 'b', digests: [], urls: [] },
  ]);
});

test('elements of other namespaces are ignored', async () => {
  const content = '<x:size xmlns:x="urn:other">5</x:size><size>7</size>';
  expect((await parseMetalink(file(content), 'm')).files[0]).toMatchObject({ sizeBytes: 7 });
});

const refused: [what: string, text: string][] = [
  ['an HTML page', '<html><body>busy</body></html>'],
  ['a document type', `<!DOCTYPE metalink>${answer.slice(answer.indexOf('<metalink'))}`],
  ['Metalink 3', wrap('<files><file name="a"/></files>', 'xmlns="http://www.metalinker.org/"')],
  ['no namespace', wrap('<file name="a"/>', '')],
  ['no file', wrap('<generator>x</generator>')],
  ['a file twice', wrap('<file name="a"/><file name="a"/>')],
  ['a file without a name', wrap('<file/>')],
  ['an absolute name', file('', '/etc/passwd')],
  ['a name that leads out', file('', 'a/../../b')],
  ['a name with a backslash', file('', 'a\\b')],
  ['a size that is none', file('<size>-1</size>')],
  ['two sizes', file('<size>1</size><size>2</size>')],
  ['a hash of another length', file(`<hash type="sha-256">${sha512}</hash>`)],
  ['a hash that is none', file('<hash type="sha-256">none</hash>')],
  [
    'two hashes of one kind',
    file(`<hash type="sha-256">${sha256}</hash><hash type="sha-256">${'0'.repeat(64)}</hash>`),
  ],
  [
    'pieces of no length',
    file(`<pieces length="0" type="sha-256"><hash>${sha256}</hash></pieces>`),
  ],
  ['pieces without hashes', file('<pieces length="5" type="sha-256"/>')],
  [
    'fewer pieces than the size takes',
    file(`<size>11</size><pieces length="5" type="sha-256"><hash>${sha256}</hash></pieces>`),
  ],
  ['an address that is none', file('<url>https://[</url>')],
  ['a priority that is none', file('<url priority="first">https://m.example/</url>')],
];

test.each(refused)('%s is refused', async (_, text) => {
  await expect(parseMetalink(text, 'doc')).rejects.toMatchObject({
    code: 'ERR_METADATA',
    message: expect.stringMatching(/^doc/),
  });
});
