import { describe, expect, it } from 'vitest';
import { parseTableRows } from '../../../src/kit.ts';

const base = new URL('https://images.example/pages/templates.html');

describe('parseTableRows', () => {
  it('gives the links and classed texts of each row', async () => {
    const html = `<!DOCTYPE html><html><body><p class="lead">All of them</p><table>
<tr><th>Release</th></tr>
<tr id="r9"><td>9.8</td><td><a class="kvm-image main" href="/r9/demo.qcow2">demo.qcow2</a> <tt class="kvm-sha256">
  abcd </tt></td><td class=note>big</td><td><a href="https://other.example/x">x</a></td></tr>
</table></body></html>`;
    expect(await parseTableRows(html, base)).toEqual([
      [],
      [
        {
          classes: ['kvm-image', 'main'],
          text: 'demo.qcow2',
          url: new URL('https://images.example/r9/demo.qcow2'),
        },
        { classes: ['kvm-sha256'], text: 'abcd' },
        { classes: ['note'], text: 'big' },
        { classes: [], text: 'x', url: new URL('https://other.example/x') },
      ],
    ]);
  });

  it.each([
    ['no table', '<html><body><h1>Soon</h1></body></html>'],
    [
      'rows in a script',
      '<script>s = "<table><tr><td><a href=x>x</a></td></tr></table>";</script>',
    ],
    ['rows in a comment', '<!-- <table><tr><td><a href=x>x</a></td></tr></table> -->'],
    ['text', 'nothing'],
  ])('finds no rows in %s', async (_, html) => {
    expect(await parseTableRows(html, base)).toEqual([]);
  });

  it.each(['<tt class=x>', '<span>', '<tr><td class="a">', '<a class="', '<script>', '<!--'])(
    'a page of only %s is parsed quickly',
    async (piece) => {
      for (const count of [2000, 100_000]) {
        await parseTableRows(`<table>${piece.repeat(count)}`, base).catch(() => undefined);
      }
    },
  );

  it.each([
    ['deep', '<table>'.repeat(200)],
    ['large', `<table>${'<tr><td>1</td></tr>'.repeat(5000)}</table>`],
  ])('refuses a page that is too %s', async (_, html) => {
    await expect(parseTableRows(html, base)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: expect.stringContaining(base.href),
    });
  });
});
