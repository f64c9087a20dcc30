/** An initrd: a cpio archive in the form newc (cpio(5)), with these folders, executable files and a console. */
export function makeCpio(
  folders: readonly string[],
  files: readonly (readonly [name: string, content: Uint8Array])[],
): Buffer {
  const none = Buffer.alloc(0);
  return Buffer.concat([
    ...folders.map((name) => member(name, 0o040755, none)),
    // A kernel opens it for its first process: a character device with the numbers 5 and 1.
    member('dev/console', 0o020600, none, [5, 1]),
    ...files.map(([name, content]) => member(name, 0o100755, content)),
    member('TRAILER!!!', 0, none),
  ]);
}

let inode = 0;

function member(
  name: string,
  mode: number,
  content: Uint8Array,
  [major, minor]: readonly [number, number] = [0, 0],
): Buffer {
  inode += 1;
  const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length + 1, 0];
  const hex = numbers.map((value) => value.toString(16).padStart(8, '0')).join('');
  const head = Buffer.from(`070701${hex}${name}\0`);
  return Buffer.concat([head, padding(head.length), content, padding(content.length)]);
}

function padding(length: number): Buffer {
  return Buffer.alloc(-length & 3);
}
