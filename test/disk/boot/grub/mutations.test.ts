import { expect, test } from 'vitest';
import { readGrubMenu } from '../../../../src/disk/boot/grub/read-grub.ts';
import { DecodeError } from '../../../../src/errors.ts';
import { bootPlaces } from '../places.ts';
import { environmentBlock } from './configurations.ts';

const count = Number(process.env['ROOTDISK_MUTATIONS'] ?? 2000);

const seeds = [
  `load_env
set default="\${saved_entry}"
if [ -s $prefix/custom.cfg -a x$grub_platform = xpc ]; then source $prefix/custom.cfg; fi
search --no-floppy --fs-uuid --set=root abcd
menuentry 'One' --class os $menuentry_id_option 'one' {
  linux /boot/vmlinuz-6.1 root=UUID=abcd ro "a b" $x
  initrd /boot/ucode.img /boot/initrd.img-6.1
}
submenu 'More' { menuentry "Two" --id two { linux (hd0,gpt1)/boot/two single } }
`,
  `set blsdir="/boot/loader/entries"; blscfg
for x in a b; do echo $x; done
function f { true }
configfile ($root)/boot/grub/custom.cfg
`,
];
const entry =
  'title A\nversion 1\nlinux /boot/a\ninitrd /boot/i $none\noptions ro $kernelopts "x y"\n';
const block = environmentBlock({ saved_entry: 'More>two', kernelopts: 'root=/dev/vda1 quiet' });
const pieces = [
  ...['{', '}', '"', "'", '\\', '\n', ';', '$', '${', '#', '>', '\0', '(', ')', ']', '!', 'é'],
  ...[' if ', ' then\n', ' else\n', ' fi\n', ' elif ', ' while ', ' do\n', ' done\n', ' function '],
  ...[' menuentry a {', ' submenu b {', ' source $prefix/grub.cfg\n', ' blscfg\n', ' load_env '],
  ...[' configfile $prefix/grub.cfg\n', ' [ -e / ] ', ' x=$x$x$x\n', ' default=1>1>1\n', ' --id '],
];

/** The same numbers for the same seed (mulberry32). */
function numbersOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

function change(text: string, next: (below: number) => number): string {
  const at = next(text.length + 1);
  const length = next(40);
  switch (next(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + (pieces[next(pieces.length)] ?? '') + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length).repeat(1 + next(20)) + text.slice(at);
    default:
      return text.slice(0, at) + String.fromCharCode(next(256)) + text.slice(at + 1);
  }
}

test(`${count} changed configurations give a menu or a typed error`, {
  timeout: 900_000,
}, async () => {
  const answers = new Map<string, number>();
  for (let seed = 0; seed < count; seed += 1) {
    const next = numbersOf(seed);
    const changed = (text: string): string => {
      let made = text;
      for (let times = next(4); times > 0; times -= 1) made = change(made, next);
      return made;
    };
    const files = {
      '/boot/grub/grub.cfg': change(changed(seeds[seed % 2] ?? ''), next),
      '/boot/grub/custom.cfg': changed(seeds[0] ?? ''),
      '/boot/grub/grubenv': changed(block),
      '/boot/loader/entries/a-1-1.conf': changed(entry),
      '/boot/loader/entries/a-2-1.conf': entry,
    };
    const answer = await readGrubMenu(bootPlaces([{ uuid: 'abcd', root: true, files }])).then(
      (menu) => (menu?.chosen === undefined ? 'nothing chosen' : 'menu'),
      (error) => {
        if (!(error instanceof DecodeError)) throw new Error(`seed ${seed}`, { cause: error });
        return error.details.reason;
      },
    );
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  const kinds = ['menu', 'nothing chosen', 'corrupt-data', 'limit'];
  expect([...answers.keys()].filter((one) => !kinds.includes(one))).toEqual([]);
  for (const kind of kinds) expect([kind, answers.get(kind) ?? 0]).not.toEqual([kind, 0]);
});
