import { describe, expect, test } from 'vitest';
import { type FileNode, filePaths } from '../../../src/kit.ts';

type Tree = { [name: string]: Tree | string | { link: string } };

/** A tree in memory: texts are files. */
function nodeOf(tree: Tree[string], id = '/'): FileNode {
  const isText = typeof tree === 'string';
  const link = !isText && 'link' in tree && typeof tree.link === 'string' ? tree.link : undefined;
  const children = isText || link !== undefined ? {} : (tree as Tree);
  const node = (name: string): FileNode | undefined => {
    const child = Object.hasOwn(children, name) ? children[name] : undefined;
    return child === undefined ? undefined : nodeOf(child, `${id}/${name}`);
  };
  const kind = isText ? 'file' : link === undefined ? 'directory' : 'link';
  return {
    kind,
    id,
    sizeBytes: isText ? tree.length : (link?.length ?? 0),
    read: async (position, length) => Buffer.from(`${tree}`).subarray(position, position + length),
    find: async (name) => node(name),
    async *entries() {
      for (const name of Object.keys(children)) {
        yield { name, node: async () => node(name) ?? nodeOf('') };
      }
    },
    target: async () => link ?? '',
  };
}

const chain = Object.fromEntries(
  Array.from({ length: 50 }, (_, i) => [`l${i}`, { link: i === 0 ? 'etc/name' : `l${i - 1}` }]),
);
const root = nodeOf({
  etc: { name: 'first', up: { link: '../../../../etc/name' } },
  abs: { link: '/etc/name' },
  deep: { a: { b: 'x' } },
  dangling: { link: 'nowhere' },
  ...chain,
});
const files = filePaths({ root });
const text = async (path: string): Promise<string> =>
  Buffer.from(await files.read(path)).toString();

describe('a path inside a file system', () => {
  test.for([
    '/etc/name',
    'etc/name',
    '//etc/./name',
    '/../../etc/name',
    '/deep/a/../../etc/name',
    '/etc/up',
    '/abs',
    '/l39',
  ])('%s', async (path) => {
    expect(await text(path)).toBe('first');
  });

  test('the forty-first link is refused', async () => {
    await expect(text('/l40')).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  test.for([
    ['/etc/none', '/etc/none'],
    ['/dangling', '/nowhere'],
    ['/x/y', '/x'],
    ['/etc/name/more', '/etc/name/more'],
  ] as const)('%s does not exist', async ([path, missing]) => {
    await expect(text(path)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { value: missing },
    });
  });

  test.for(['/etc', '/'])('%s is not a file', async (path) => {
    await expect(text(path)).rejects.toMatchObject({ details: { reason: 'not-a-file' } });
  });

  test('a zero byte, a long path and a long file are refused', async () => {
    await expect(text('/etc/a\0b')).rejects.toMatchObject({ details: { reason: 'unsafe-path' } });
    await expect(text(`/${'a/'.repeat(3000)}`)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await expect(files.read('/etc/name', { mostBytes: 4 })).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      details: { value: 5, limit: 4 },
    });
  });

  test('readlink does not follow the last link, stat does', async () => {
    expect(await files.readlink('/abs')).toBe('/etc/name');
    expect(await files.stat('/abs')).toEqual({ kind: 'file', sizeBytes: 5 });
    expect((await files.list('/etc')).map(({ name, kind }) => [name, kind])).toEqual([
      ['name', 'file'],
      ['up', 'link'],
    ]);
  });

  test('a mounted file system replaces the folder, also after a link', async () => {
    const boot = nodeOf({ vmlinuz: 'kernel', back: { link: '/etc/name' } });
    const joined = filePaths({
      root: nodeOf({ boot: {}, etc: { name: 'root' }, k: { link: 'boot/vmlinuz' } }),
      mounts: new Map([['/boot', boot]]),
    });
    const both = await Promise.all(['/k', '/boot/back'].map((path) => joined.read(path)));
    expect(both.map((bytes) => Buffer.from(bytes).toString())).toEqual(['kernel', 'root']);
  });
});
