import { expect, test } from 'vitest';
import { type ModuleLinks, planFiles } from '../../../tools/bundle/plan-files.ts';

/** Modules by path: their imports, and their later imports. An entry has a name without a folder. */
function plan(links: Record<string, [imports: string[], later?: string[]]>): unknown {
  const modules = Object.entries(links).map(
    ([path, [imports, later = []]]): [string, ModuleLinks] => [
      path,
      { isEntry: !path.includes('/'), imports, later },
    ],
  );
  return Object.fromEntries(planFiles(new Map(modules), 'kit', ['index']));
}

test('the root has files for the kit, the rest, errors and parts', () => {
  const planned = plan({
    index: [['/src/create.ts', '/vendors/a.ts']],
    kit: [['/src/kit/b.ts', '/src/errors/c.ts']],
    '/src/create.ts': [['/src/kit/b.ts']],
    '/src/kit/b.ts': [['/src/errors/c.ts']],
    '/src/errors/c.ts': [[]],
    '/vendors/a.ts': [['/src/kit/b.ts']],
  });
  expect(planned).toEqual({
    '/src/create.ts': 'core',
    '/src/kit/b.ts': 'kit',
    '/src/errors/c.ts': 'errors',
    '/vendors/a.ts': 'parts',
  });
});

test('later imports form one file for each format and owner of keys, and one for the code that they share', () => {
  const planned = plan({
    index: [['/formats/a.ts', '/formats/b.ts', '/vendors/c.ts']],
    kit: [[]],
    '/formats/a.ts': [[], ['/formats/a/read.ts', '/formats/a/write.ts']],
    '/formats/b.ts': [[], ['/formats/shared/b/read.ts']],
    '/formats/a/read.ts': [['/formats/a/table.ts']],
    '/formats/a/write.ts': [['/formats/a/table.ts', '/formats/shared/sums.ts']],
    '/formats/a/table.ts': [[]],
    '/formats/shared/b/read.ts': [['/formats/shared/sums.ts']],
    '/formats/shared/sums.ts': [[]],
    '/vendors/c.ts': [[], ['/vendors/keys/material/c-1.ts', '/vendors/keys/material/c-2.ts']],
    '/vendors/keys/material/c-1.ts': [[]],
    '/vendors/keys/material/c-2.ts': [[]],
  });
  expect(planned).toMatchObject({
    '/formats/a/read.ts': 'a',
    '/formats/a/write.ts': 'a',
    '/formats/a/table.ts': 'a',
    '/formats/shared/b/read.ts': 'b',
    '/formats/shared/sums.ts': 'shared',
    '/vendors/keys/material/c-1.ts': 'c-keys',
    '/vendors/keys/material/c-2.ts': 'c-keys',
  });
});

test('code that a part needs immediately and again later is not in the file that bundlers take apart', () => {
  const planned = plan({
    index: [['/formats/a.ts']],
    kit: [[]],
    '/formats/a.ts': [['/formats/a/magic.ts'], ['/formats/a/read.ts']],
    '/formats/a/magic.ts': [[]],
    '/formats/a/read.ts': [['/formats/a/magic.ts']],
  });
  expect(planned).toEqual({
    '/formats/a.ts': 'parts',
    '/formats/a/magic.ts': 'common',
    '/formats/a/read.ts': 'a',
  });
});

test('code that only one entry or one later import reaches is in its file', () => {
  const planned = plan({
    index: [['/src/create.ts']],
    kit: [[]],
    cli: [['/src/cli/run.ts']],
    '/src/cli/run.ts': [[]],
    '/src/create.ts': [[], ['/src/verbs/later.ts']],
    '/src/verbs/later.ts': [['/src/line/fetch.ts']],
    '/src/line/fetch.ts': [[]],
  });
  expect(planned).toEqual({ '/src/create.ts': 'core' });
});
