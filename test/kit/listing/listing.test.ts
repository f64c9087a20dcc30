import { describe, expect, test } from 'vitest';
import { parseListing } from '../../../src/kit.ts';

const base = new URL('https://images.test/pub/cloud/');

/** name (a slash after folders), date, size */
type Row = [string, (string | undefined)?, (number | undefined)?];

async function rows(html: string, from = base): Promise<Row[]> {
  const entries = await parseListing(html, from);
  return entries.map(({ name, isFolder, url, modified, sizeBytes }) => {
    const slash = isFolder ? '/' : '';
    expect(url.href).toBe(new URL(`./${encodeURIComponent(name)}${slash}`, base).href);
    return [`${name}${slash}`, modified?.toISOString(), sizeBytes];
  });
}

const apacheTable = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html><head><title>Index of /pub/cloud</title><meta name="viewport" content="width=device-width"> </head>
<body><ul><li><a href="about.html">About</a></li></ul>
<pre>openstack image create --file x.qcow2</pre>
<h1 id="indextitle">Index of /pub/cloud</h1>
<table id="indexlist">
<tr class="indexhead"><th class="indexcolicon"><img src="/i.png" alt="[ICO]"></th><th class="indexcolname"><a href="?C=N;O=D">Name</a></th><th class="indexcollastmod"><a href="?C=M;O=A">Last modified</a></th><th class="indexcolsize"><a href="?C=S;O=A">Size</a></th></tr>
<tr class="indexbreakrow"><th colspan="4"><hr></th></tr>
<tr class="even"><td class="indexcolicon"><a href="/pub/"><img src="/i.png" alt="[PARENTDIR]"></a></td><td class="indexcolname"><a href="/pub/">Parent Directory</a></td><td class="indexcollastmod">&nbsp;</td><td class="indexcolsize">  - </td></tr>
<tr class="odd"><td class="indexcolicon"><a href="20260717-2542/"><img src="/i.png" alt="[DIR]"></a></td><td class="indexcolname"><a href="20260717-2542/">20260717-2542/</a></td><td class="indexcollastmod">2026-07-17 08:42  </td><td class="indexcolsize">  - </td></tr>
<tr class="even"><td class="indexcolicon"><a href="SHA512SUMS"><img src="/i.png" alt="[   ]"></a></td><td class="indexcolname"><a href="SHA512SUMS">SHA512SUMS</a></td><td class="indexcollastmod">2026-07-17 08:43  </td><td class="indexcolsize">974 </td></tr>
<tr class="odd"><td class="indexcolicon"><a href="d.qcow2"><img src="/i.png" alt="[   ]"></a></td><td class="indexcolname"><a href="d.qcow2">d.qcow2</a></td><td class="indexcollastmod">2026-07-17 08:42  </td><td class="indexcolsize">324M</td></tr>
<tr class="even"><td class="indexcolicon"><a href="latest/"><img src="/i.png" alt="[TXT]"></a></td><td class="indexcolname"><a href="latest/">latest/</a></td><td class="indexcollastmod">2026-07-17 08:42  </td><td class="indexcolsize">  - </td></tr>
</table><address>Apache/2.4.68 (Unix) Server at images.test Port 443</address></body></html>`;

const apachePre = `<html><head><title>Ubuntu Cloud Images</title>
<script>(function(w,d){if(w<d&&d>w){w.x='<a href="scripted.img">';}})(window,document);</script></head>
<body><p>Read the <a href="faq.html">questions</a> first.
<pre><img src="/icons/blank.gif" alt="Icon " width="22" height="22"> <a href="?C=N;O=D">Name</a>                    <a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr><img src="/icons/back.gif" alt="[PARENTDIR]" width="22" height="22"> <a href="/">Parent Directory</a>                             -   
<img src="../../cdicons/folder.png" alt="[DIR]" width="22" height="22"> <a href="20260307/">20260307/</a>               2026-03-11 02:26    -   
<img src="../../cdicons/folder.png" alt="[   ]" width="22" height="22"> <a href="MD5SUMS">MD5SUMS</a>                 2026-03-11 02:27  123  Sums of 2026-01-01 00:00
<img src="../../cdicons/folder.png" alt="[   ]" width="22" height="22"> <a href="noble.img">noble.img</a>               2026-03-11 02:28  589M  QCow2 image
<hr></pre></body></html>`;

const nginx = `<html>
<head><title>Index of /pub/cloud/</title></head>
<body>
<h1>Index of /pub/cloud/</h1><hr><pre><a href="../">../</a>
<a href="v3.24/">v3.24/</a>                                            30-Jun-2021 15:35                   -
<a href="alpine-3.24.2-x86_64-cloudinit-metal-with-a-long-name-r0.qcow2">alpine-3.24.2-x86_64-cloudinit-metal-with-a-lon..&gt;</a> 19-Sep-2025 22:00           110886912
<a href="last-updated">last-updated</a>                                       20-Sep-2025 11:00      11
</pre><hr></body>
</html>`;

const fancyindex = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Index of /pub/cloud/</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="https://elsewhere.test/pub/cloud/x.img">Mirrors</a></li></ul></nav>
<table id="list"><thead><tr><th style="width:55%"><a href="?C=N&amp;O=A">File Name</a>&nbsp;<a href="?C=N&amp;O=D">&nbsp;&darr;&nbsp;</a></th><th><a href="?C=S&amp;O=A">File Size</a></th><th><a href="?C=M&amp;O=A">Date</a></th></tr></thead>
<tbody><tr><td class="link"><a href="../">Parent directory/</a></td><td class="size">-</td><td class="date">-</td></tr>
<tr><td class="link"><a href="9.8/" title="9.8">9.8/</a></td><td class="size">-</td><td class="date">2026-Jun-18 23:57:54Z</td></tr>
<tr><td class="link"><a href="Rocky-9.qcow2" title="Rocky > 9">Rocky-9.qcow2</a></td><td class="size">645988352</td><td class="date">2026-May-25 01:02:03Z</td></tr>
<tr><td class="link"><a href="Rocky-8.qcow2">Rocky-8.qcow2</a></td><td class="size"><span>1.9 GiB</span></td><td class="date">2024-02-29 01:02</td></tr>
</tbody></table></body></html>`;

const lighttpd = `<!DOCTYPE html><html><head><title>Index of /pub/cloud/</title></head><body>
<h2>Index of /pub/cloud/</h2><div class="list"><table summary="Directory Listing" cellpadding="0" cellspacing="0">
<thead><tr><th class="n">Name</th><th class="m">Last Modified</th><th class="s">Size</th><th class="t">Type</th></tr></thead>
<tbody><tr class="d"><td class="n"><a href="../">..</a>/</td><td class="m">&nbsp;</td><td class="s">- &nbsp;</td><td class="t">Directory</td></tr>
<tr class="d"><td class="n"><a href="9.8/">9.8</a>/</td><td class="m">2026-Jun-18 23:57:54</td><td class="s">- &nbsp;</td><td class="t">Directory</td></tr>
<tr><td class="n"><a href="a%20b.img">a b.img</a></td><td class="m">2026-Jun-18 23:57:55</td><td class="s">0.1K</td><td class="t">application/octet-stream</td></tr>
</tbody></table></div><div class="foot">lighttpd/1.4.76</div></body></html>`;

const apacheUl = `<html><head><title>Index of /pub/cloud</title></head><body><h1>Index of /pub/cloud</h1>
<ul><li><a href="/pub/"> Parent Directory</a></li>
<li><a href="9.8/"> 9.8/</a></li>
<li><a href="SHA256SUMS"> SHA256SUMS</a></li>
</ul></body></html>`;

const iis = `<html><head><title>images.test - /pub/cloud/</title></head><body><H1>images.test - /pub/cloud/</H1><hr>

<pre><A HREF="/pub/">[To Parent Directory]</A><br><br> 2026-03-11  02:26        &lt;dir&gt; <A HREF="/pub/cloud/9.8/">9.8</A><br> 3/11/2026  2:27 AM    645988352 <A HREF="/pub/cloud/a.img">a.img</A><br></pre><hr></body></html>`;

const artifactory = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head><title>Index of images/pub/cloud</title></head><body><h1>Index of images/pub/cloud</h1>
<pre>Name  Last modified      Size</pre><hr/>
<pre><a href="../">../</a>
<a href="9.8/">9.8/</a>   11-Mar-2026 02:26    -
<a href="a.img">a.img</a>  11-Mar-2026 02:27  616.06 MB
</pre><hr/><address>Artifactory/7.90 Server at images.test Port 443</address></body></html>`;

const orderedList = `<html><head><title>Index of /pub/cloud</title></head><body>
<ol><li><a href="../">..</a></li><li><a href="9.8/">9.8/</a></li><li><a href="a.img">a.img</a></li></ol></body></html>`;

const divisions = `<html><head><title>cloud</title></head><body><nav><div><a href="about">About</a></div></nav>
<table><tr><td><a href="/login">Log in</a></td></tr></table>
<div id="index"><div><a href="../">Parent Directory</a></div>
${'<div class="row"><span></span></div>'.repeat(300)}
<div class="row"><a href="9.8/">9.8/</a> <span>2026-03-11 02:26</span></div>
<div class="row"><a href="https://images.test/pub/cloud/a.img">a.img</a> <span>2026-03-11 02:27</span></div></div></body></html>`;

const nexusOld = `<html><head><title>Index of /repositories/raw/pub/cloud</title></head><body><h1>Index of /repositories/raw/pub/cloud</h1>
<table cellspacing="10"><tr><th align="left">Name</th><th>Last Modified</th><th>Size</th><th>Description</th></tr>
<tr><td><a href="../">Parent Directory</a></td></tr>
<tr><td><a href="https://images.test/pub/cloud/9.8/">9.8/</a></td><td>Wed Mar 11 02:26:00 UTC 2026</td><td align="right">&nbsp;</td><td></td></tr>
<tr><td><a href="https://images.test/pub/cloud/a.img">a.img</a></td><td>Wed Mar 11 02:27:00 UTC 2026</td><td align="right">645988352</td><td></td></tr>
</table></body></html>`;

describe('parseListing', () => {
  const shapes: [string, string, Row[]][] = [
    [
      "Apache's fancy table",
      apacheTable,
      [
        ['20260717-2542/', '2026-07-17T08:42:00.000Z'],
        ['SHA512SUMS', '2026-07-17T08:43:00.000Z', 974],
        ['d.qcow2', '2026-07-17T08:42:00.000Z'],
        ['latest/', '2026-07-17T08:42:00.000Z'],
      ],
    ],
    [
      "Apache's preformatted list under a title of its own",
      apachePre,
      [
        ['20260307/', '2026-03-11T02:26:00.000Z'],
        ['MD5SUMS', '2026-03-11T02:27:00.000Z', 123],
        ['noble.img', '2026-03-11T02:28:00.000Z'],
      ],
    ],
    [
      'nginx, whose link texts are cut',
      nginx,
      [
        ['v3.24/', '2021-06-30T15:35:00.000Z'],
        [
          'alpine-3.24.2-x86_64-cloudinit-metal-with-a-long-name-r0.qcow2',
          '2025-09-19T22:00:00.000Z',
          110886912,
        ],
        ['last-updated', '2025-09-20T11:00:00.000Z', 11],
      ],
    ],
    [
      'nginx fancyindex: size before date, ISO-like months',
      fancyindex,
      [
        ['9.8/', '2026-06-18T23:57:54.000Z'],
        ['Rocky-9.qcow2', '2026-05-25T01:02:03.000Z', 645988352],
        ['Rocky-8.qcow2', '2024-02-29T01:02:00.000Z'],
      ],
    ],
    [
      'lighttpd',
      lighttpd,
      [
        ['9.8/', '2026-06-18T23:57:54.000Z'],
        ['a b.img', '2026-06-18T23:57:55.000Z'],
      ],
    ],
    ["Apache's plain list", apacheUl, [['9.8/'], ['SHA256SUMS']]],
    ['IIS, whose links are absolute paths', iis, [['9.8/'], ['a.img']]],
    [
      'Artifactory, whose sizes are rounded',
      artifactory,
      [
        ['9.8/', '2026-03-11T02:26:00.000Z'],
        ['a.img', '2026-03-11T02:27:00.000Z'],
      ],
    ],
    ['an ordered list', orderedList, [['9.8/'], ['a.img']]],
    [
      'lines of their own, outside of any list',
      divisions,
      [['about'], ['9.8/', '2026-03-11T02:26:00.000Z'], ['a.img', '2026-03-11T02:27:00.000Z']],
    ],
    [
      'Nexus, whose links are whole addresses',
      nexusOld,
      [['9.8/'], ['a.img', undefined, 645988352]],
    ],
  ];
  test.each(shapes)('%s', async (_title, html, expected) => {
    expect(await rows(html)).toEqual(expected.map(([name, date, size]) => [name, date, size]));
  });

  test('a folder without its last slash is accepted, with any query', async () => {
    expect(await rows(nginx, new URL('https://images.test/pub/cloud?C=N#x'))).toHaveLength(3);
  });

  const redirected: [string, string, string][] = [
    ['relative links', 'https://mirror.test/other/cloud/', '<a href="a.img">a.img</a>'],
    ['absolute paths', 'https://mirror.test/x/y/', '<a href="/x/y/a.img">a.img</a>'],
    ['whole addresses', 'https://mirror.test/x/', '<a href="https://mirror.test/x/a.img">a</a>'],
    ['links to what it stands for', 'https://mirror.test/x/', `<a href="${base}a.img">a</a>`],
    ['a page with a name', 'https://mirror.test/x/index.html', '<a href="/x/a.img">a.img</a>'],
  ];
  test.each(redirected)('a folder served from another address, with %s', async (_, from, link) => {
    const html = `<title>Index of /x</title><pre><a href="../">../</a>\n${link}</pre>`;
    const [entry, ...others] = await parseListing(html, base, new URL(from));
    expect(entry?.name).toBe('a.img');
    expect(entry?.url.href).toBe(`${base}a.img`);
    expect(others).toEqual([]);
    const lost = parseListing('<p>Hello</p>', base, new URL(from));
    await expect(lost).rejects.toThrow(new URL('.', from).href);
  });

  test('files served from another place than their folder are included', async () => {
    const page = `<title>Index of /cloud</title><h1>Index of /cloud</h1><table>
<tr><td><a href="../">Parent Directory</a></td></tr>
<tr><td><a href="9.8/">9.8</a></td></tr>
<tr><td><a href="https://images.test/repository/raw/cloud/a.img">a.img</a></td></tr>
<tr><td><a href="https://images.test/repository/raw/cloud/b.img">another</a></td></tr>
<tr><td><a href="https://images.test/repository/raw/clouds/c.img">c.img</a></td></tr>
<tr><td><a href="https://other.test/repository/raw/cloud/d.img">d.img</a></td></tr></table>`;
    const from = new URL('https://images.test/service/rest/repository/browse/raw/cloud/');
    const entries = await parseListing(page, from);
    expect(entries.map(({ url }) => url.href)).toEqual([
      `${from}9.8/`,
      'https://images.test/repository/raw/cloud/a.img',
    ]);
  });

  const links: [string, string, string[]][] = [
    [
      'deeper and higher ones',
      '<a href="a/b.img">x</a><a href="../../c">x</a><a href="./">x</a>',
      [],
    ],
    [
      'absolute ones to the folder itself',
      '<a href="https://images.test/pub/cloud/a">x</a>',
      ['a'],
    ],
    ['absolute paths', '<a href="/pub/cloud/a/">x</a><a href="/pub/clouds/b">x</a>', ['a']],
    [
      'another host, port or scheme',
      '<a href="//x.test/pub/cloud/a">x</a><a href="https://images.test:8443/pub/cloud/a">x</a><a href="http://images.test/pub/cloud/a">x</a>',
      [],
    ],
    ['queries and fragments', '<a href="a?x=1">x</a><a href="a#top">x</a><a href="?C=S">x</a>', []],
    ['other schemes', '<a href="mailto:a@x.test">x</a><a href="javascript:void(0)">x</a>', []],
    ['no address', '<a name="top">x</a><a href="">x</a><a>x</a>', []],
    ['broken addresses', '<a href="http://[">x</a><a href="%zz">x</a><a href="%ff">x</a>', []],
    ['encoded climbing', '<a href="%2e%2e/a">x</a><a href="..%2fa">x</a><a href="a%5cb">x</a>', []],
    ['control characters', '<a href="a%00">x</a><a href="a%1b">x</a>', []],
    [
      'entities and encodings',
      '<a href="a&amp;b%2Bc+d.img">x</a><a href="%C3%BC">x</a>',
      ['a&b+c+d.img', 'ü'],
    ],
    [
      'the same twice',
      '<a href="a">x</a><a href="./a">x</a><a href="b">x</a><a href="%61">x</a>',
      ['a', 'b', 'a'],
    ],
    [
      'commented out',
      '<!-- <a href="old">x</a> <!-- --><a href="new">x</a><!-- <a href="z">x</a>',
      ['new'],
    ],
    ['single quotes, none, and capitals', "<A HREF='a'>x</A><a href=b>x</a>", ['a', 'b']],
  ];
  test.each(links)('links: %s', async (_title, html, names) => {
    const page = `<title>Index of /</title><pre>${html}</pre>`;
    expect((await parseListing(page, base)).map((entry) => entry.name)).toEqual(names);
  });

  test('invalid dates and sizes are left out', async () => {
    const page = `<title>Index of /</title><pre><a href="a">a</a>  31-Feb-2026 10:00  12
<a href="b">b</a>  2026-13-01 10:00  1.5K
<a href="c">c</a>  2026-01-01 25:00  99999999999999999999
<a href="d">d</a>  2026-Foo-01 10:00  3 files
</pre>`;
    expect(await rows(page)).toEqual([
      ['a', undefined, 12],
      ['b', undefined, undefined],
      ['c', undefined, undefined],
      ['d', undefined, undefined],
    ]);
  });

  test('an empty folder has no entries', async () => {
    const page = '<title>Index of /pub/cloud/</title><pre><a href="../">../</a>\n</pre>';
    expect(await parseListing(page, base)).toEqual([]);
  });

  test('without a title the link to the parent marks the list', async () => {
    const page =
      '<ul><li><a href="nav.html">x</a></ul><pre><a href="../">up</a>\n<a href="a">a</a></pre>';
    expect((await parseListing(page, base)).map((entry) => entry.name)).toEqual(['a']);
  });

  const others: [string, string][] = [
    [
      'maintenance',
      '<html><head><title>Down for maintenance</title></head><body><p>Back soon, see <a href="status.html">status</a>.</p><ul><li><a href="x">x</a></ul></body></html>',
    ],
    [
      'a way up and nothing else',
      '<title>404</title><table><tr><td><a href="../">Back</a></td></tr></table>',
    ],
    ['nothing', ''],
    ['no HTML', '{"versions": ["v1.14.6"]}'],
    ['megabytes', `<title>Index of /</title><pre>${' '.repeat(4 * 1024 * 1024)}</pre>`],
    ['lists in lists', `<title>Index of /</title>${'<ul>'.repeat(500)}`],
  ];
  test.each(others)('another page is refused: %s', async (_title, html) => {
    await expect(
      parseListing(html, new URL('https://u:p@images.test/pub/cloud/?t=1')),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_METADATA',
        message: expect.stringContaining('https://images.test/pub/cloud/ should be'),
        details: { url: 'https://images.test/pub/cloud/' },
      }),
    );
  });

  const hostile = [
    '<a href=x>',
    '<ul><li>',
    '<table><tr><td>',
    '<td><th>',
    '<li><td>',
    '<tr><a href=x><td>',
    '<!--',
    '<a href="',
    '<a <',
    '<a x=">" ',
    '<title>',
  ];
  test.each(hostile)('a page of only %s is parsed quickly', async (piece) => {
    const page = `<title>Index of /</title><pre>${piece.repeat(Math.floor(600_000 / piece.length))}`;
    await parseListing(page, base).catch(() => undefined);
  });
});
