/** A folder listing of nginx with these names; folders have a slash. */
export function folderPage(path: string, names: readonly string[]): string {
  const rows = names.map((name) => {
    const size = name.endsWith('/') ? '-' : '21692416';
    return `<a href="${name}">${name}</a>  02-Oct-2026 16:05  ${size}`;
  });
  return `<html><head><title>Index of ${path}</title></head>
<body><h1>Index of ${path}</h1><hr><pre><a href="../">../</a>
${rows.join('\n')}
</pre><hr></body></html>
`;
}
