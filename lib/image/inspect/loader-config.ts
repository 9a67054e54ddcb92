/** What a loader's configuration starts first. */
export interface LoaderEntry {
  /** A path on the loader's file system, or a block list such as `2048+77`. */
  readonly kernel: string;
  /** The words after it. */
  readonly words: readonly string[];
}

const KERNEL_COMMANDS = [
  'multiboot',
  'multiboot2',
  'linux',
  'linux16',
  'linuxefi',
  'kernel',
  'xen_hypervisor',
  'chainloader',
];
const SCRIPT_WORDS = ['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!'];

/** The first kernel that a `grub.cfg` or `menu.lst` names. */
export function parseGrubConfig(text: string): LoaderEntry | undefined {
  for (const command of commandsOf(text)) {
    const start = command.findIndex((word) => !SCRIPT_WORDS.includes(word));
    const [name = '', ...rest] = start < 0 ? [] : command.slice(start);
    if (!KERNEL_COMMANDS.includes(name)) continue;
    const at = rest.findIndex((word) => !word.startsWith('--'));
    const kernel = at < 0 ? undefined : rest[at]?.replace(/^\([^)]*\)/, '');
    if (kernel) return { kernel, words: rest.slice(at + 1) };
  }
  return undefined;
}

/** The first kernel that a `syslinux.cfg` names; a multiboot kernel is the first word for `mboot.c32`. */
export function parseSyslinuxConfig(text: string): LoaderEntry | undefined {
  let kernel: string | undefined;
  let append = '';
  for (const line of text.split(/\r?\n/)) {
    const [, keyword = '', rest = ''] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
    const key = keyword.toLowerCase();
    if (key === 'label' && kernel !== undefined) break;
    if ((key === 'kernel' || key === 'linux') && kernel === undefined) kernel = rest;
    if (key === 'append') append = rest;
  }
  const words = append.split(/\s+/).filter((word) => word !== '');
  if (kernel === undefined) return undefined;
  if (!/mboot\.c32$/i.test(kernel)) return { kernel, words };
  const [program, ...args] = words.filter((word) => word !== '-aout');
  const end = args.indexOf('---');
  return program === undefined ? undefined : { kernel: program, words: end < 0 ? args : args.slice(0, end) };
}

/** GRUB's script in words: quotes and backslashes as its shell reads them, commands ended by lines and semicolons. */
function commandsOf(text: string): string[][] {
  const commands: string[][] = [[]];
  const token = /#[^\n]*|[\n;{}]+|(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|[^\s;{}'"\\])+|[^\S\n]+|[\s\S]/g;
  for (const [word] of text.matchAll(token)) {
    if (word.startsWith('#') || (word.trim() === '' && !word.includes('\n'))) continue;
    if (/^[\n;{}]/.test(word)) commands.push([]);
    else commands.at(-1)?.push(unquoted(word));
  }
  return commands;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\([$"\\\n])/g, '$1') ?? escaped ?? '',
  );
}
