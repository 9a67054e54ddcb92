import { parseGrubConfig, parseSyslinuxConfig } from '../../../lib/image/inspect/loader-config';

test.each([
  [
    'a script of Kiln',
    "if multiboot 2048+77 'kernel' '--greeting=hello world'; then boot; fi\n\n",
    '2048+77',
    ['kernel', '--greeting=hello world'],
  ],
  [
    'a script of Kiln with an initrd',
    "if linux 2048+9 'console=ttyS0' 'it'\\''s'; then if initrd 4096+2; then boot; fi; fi",
    '2048+9',
    ['console=ttyS0', "it's"],
  ],
  [
    'a menu',
    'set default=0\n# linux /no\nmenuentry "a \\"b\\"" {\n\tlinux\t($root)/vmlinuz root=/dev/sda "x y" \\$z # end\n  initrd /i\n}\nmenuentry "c" { linux /other }',
    '/vmlinuz',
    ['root=/dev/sda', 'x y', '$z'],
  ],
  ['one line', 'set root=hd0;multiboot2 --quirk-bad-kludge (hd0,1)/k a;boot', '/k', ['a']],
  [
    'a menu.lst',
    'default 0\ntimeout 0\ntitle web\n root (hd0)\n kernel /boot/web.gz a=b c\n',
    '/boot/web.gz',
    ['a=b', 'c'],
  ],
  ['a chain loader', 'chainloader /EFI/web.efi', '/EFI/web.efi', []],
  ['quotes inside a word', `linux /k a='b c'"d e"\\ f`, '/k', ['a=b cd e f']],
  ['quotes that never end', `linux /k 'a b`, '/k', ["'", 'a', 'b']],
])('the first kernel of %s is found', (_, text, kernel, words) => {
  expect(parseGrubConfig(text)).toEqual({ kernel, words });
});

test.each([
  '',
  '# linux /k',
  'menuentry "linux /k" { boot }',
  'linux',
  'linux --opt',
  'linux (hd0)',
  'if',
  '\\',
  '"',
])('no kernel is found in %j', (text) => {
  expect(parseGrubConfig(text)).toBeUndefined();
});

test.each([
  [
    'a kernel',
    'DEFAULT a\nLABEL a\n  KERNEL /vmlinuz\n  INITRD /i\n  APPEND root=x  quiet\nLABEL b\n  KERNEL /no\n',
    '/vmlinuz',
    ['root=x', 'quiet'],
  ],
  ['linux', 'linux vmlinuz\r\nappend a\r\n', 'vmlinuz', ['a']],
  [
    'multiboot',
    'KERNEL mboot.c32\nAPPEND -aout web.elf --port=80 x --- initrd.img y\n',
    'web.elf',
    ['--port=80', 'x'],
  ],
])('the first kernel of a syslinux.cfg is found: %s', (_, text, kernel, words) => {
  expect(parseSyslinuxConfig(text)).toEqual({ kernel, words });
});

test.each(['', 'APPEND x', 'KERNEL mboot.c32', 'LABEL a\nLABEL b\n'])(
  'no kernel is found in the syslinux.cfg %j',
  (text) => {
    expect(parseSyslinuxConfig(text)).toBeUndefined();
  },
);

test('a text of 64 KiB of quotes is read to its end', () => {
  for (const piece of ['"', "'", '\\', '"a', "'a", '" \'', '"\\']) {
    const text = piece.repeat(65536 / piece.length);
    expect(parseGrubConfig(text)).toBeUndefined();
  }
});
