import { basename, relative } from 'node:path';
import {
  Application,
  Comment,
  CommentTag,
  Converter,
  KindRouter,
  PageEvent,
  type Reflection,
  ReflectionKind,
} from 'typedoc';
import { groupOf, pages } from './pages.ts';

/** Where a guide comes from, from the root of the project. */
const pathOf = (guide: Reflection): string =>
  relative(process.cwd(), guide.project.files.getReflectionPath(guide) ?? '');

/** Guides keep the name of their file as address; their title is their first heading. */
class FileRouter extends KindRouter {
  override getIdealBaseName(reflection: Reflection): string {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection);
    return `documents/${basename(pathOf(reflection), '.md')}`;
  }
}

function putUnder(reflection: Reflection, group: string): void {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: group }]));
}

/** Called by TypeDoc: titles, groups, order and addresses of the guides; names of the entry points. */
export function load(app: Application): void {
  app.renderer.defineRouter('file', FileRouter);
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('router', 'file');
    app.options.setValue('projectDocuments', Object.values(pages).flat());
    app.options.setValue('groupOrder', [
      ...Object.keys(pages),
      'API',
      'Functions',
      'Classes',
      'Interfaces',
      '*',
    ]);
  });

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, guide) => {
    const text = guide.content.map((part) => part.text).join('');
    guide.name = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? guide.name;
    guide.frontmatter['group'] = groupOf(pathOf(guide));
    // Code without a language would be coloured as TypeScript.
    for (const part of guide.content) {
      if (part.kind === 'code') part.text = part.text.replace(/^```(?=\n)/, '```text');
    }
  });

  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of project.getReflectionsByKind(ReflectionKind.Module)) {
      entry.name = entry.name === 'index' ? 'rootdisk' : `rootdisk/${entry.name}`;
      putUnder(entry, 'API');
    }
    // `ensureImage: EnsureImage` is a function to its callers.
    for (const value of project.getReflectionsByKind(ReflectionKind.Variable)) {
      if (!value.isDeclaration() || value.type?.type !== 'reference') continue;
      if (value.type.name.toLowerCase() !== value.name.toLowerCase()) continue;
      delete value.defaultValue;
      putUnder(value, 'Functions');
    }
  });

  // Where the text of a link is the path of a guide, as in the repository, the site shows the title of the guide.
  app.renderer.on(PageEvent.END, (page) => {
    const titles = new Map(
      page.project.documents?.map((guide) => [basename(pathOf(guide)), guide.name]),
    );
    page.contents = (page.contents ?? '').replace(
      /(<a href="[^"]*">)(?:[\w.-]+\/)*([\w-]+\.md)(?=<\/a>)/g,
      (whole, link: string, file: string) =>
        titles.has(file) ? `${link}${titles.get(file)}` : whole,
    );
  });
}
