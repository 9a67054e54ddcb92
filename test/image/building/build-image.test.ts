import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { multibootKernel } from '../../fixtures/images';
import { buildFolder, caught } from './fixtures';

const at = buildFolder();

describe('a build', () => {
  test('gives a read-only copy of what the tool made', () => {
    const { artifact, isNew } = at().build();
    expect(isNew).toBe(true);
    expect(artifact.startsWith(`${at().cache}/`)).toBe(true);
    expect(readFileSync(artifact)).toEqual(multibootKernel());
    expect(statSync(artifact).mode & 0o777).toBe(0o444);
  });

  test('is not run again when nothing has changed', () => {
    const first = at().build();
    expect(at().build()).toEqual({ ...first, isNew: false });
    expect(at().runs).toBe(1);
  });

  test('is run again for another source, and not for going back', () => {
    at().build();
    at().write('main.c', 'int other;\n');
    expect(at().build().isNew).toBe(true);
    at().write('main.c', 'int main;\n');
    expect(at().build().isNew).toBe(false);
    expect(at().runs).toBe(2);
  });

  test('passes the output on, to its own place, with what is run before it', () => {
    at().script('echo to-out; echo to-err >&2; cp ../kernel out.elf');
    at().build();
    expect(at().said.split('\n').sort()).toEqual(['', 'to-err', 'to-out']);
    expect(at().notes).toEqual(["building 'unikernel': ./build.sh"]);
  });

  test('gets the inherited environment, the declared one, and no standard input', () => {
    process.env.KILN_TEST_INHERITED = 'from outside';
    at().script('echo "$KILN_TEST_INHERITED, $DECLARED, $(cat)."; cp ../kernel out.elf');
    try {
      at().build({ environment: { DECLARED: 'from $HOME' } });
    } finally {
      delete process.env.KILN_TEST_INHERITED;
    }
    expect(at().said).toBe('from outside, from $HOME, .\n');
  });

  test('runs several commands in order, without a shell', () => {
    const words = ['a b', '$HOME', '*', ''];
    at().write('say.sh', '#!/bin/sh\nfor word; do echo "<$word>"; done\n', 0o755);
    at().build({ steps: [['./say.sh', ...words], ['./build.sh']] });
    expect(at().said).toBe('<a b>\n<$HOME>\n<*>\n<>\n');
  });

  test('finds an artifact by a pattern, and a second one', () => {
    at().script('mkdir -p dist; cp ../kernel dist/hello.virtio; echo files > dist/files.cpio');
    const { artifact, initrd } = at().build({ artifact: 'dist/*.virtio', initrd: 'dist/files.cpio' });
    expect(artifact).toMatch(/\/hello\.virtio$/);
    expect(readFileSync(initrd as string, 'utf8')).toBe('files\n');
  });

  test('does not wait for a server that the tool leaves behind with its output', () => {
    at().script('sleep 30 & echo $! > ../server; cp ../kernel out.elf');
    expect(at().build().isNew).toBe(true);
    process.kill(Number(readFileSync(join(at().root, 'server'), 'utf8')));
  });

  test('leaves no lock and nothing set aside', () => {
    at().write('out.elf', 'old');
    at().build();
    expect(readdirSync(at().folder).sort()).toEqual(['build.sh', 'main.c', 'out.elf']);
  });
});

describe('what an earlier build left', () => {
  test('is not taken for what this one made', () => {
    at().write('out.elf', multibootKernel());
    at().script('true');
    expect(() => at().build()).toThrow(`the build of '${at().folder}' ended well but did not make 'out.elf'`);
    expect(Buffer.from(readFileSync(join(at().folder, 'out.elf')))).toEqual(multibootKernel());
  });

  test('does not count for a pattern either, and stays', () => {
    at().write('dist/old.elf', 'old');
    at().script('cp ../kernel dist/new.elf');
    expect(at().build({ artifact: 'dist/*.elf' }).artifact).toMatch(/\/new\.elf$/);
    expect(at().read('dist/old.elf')).toBe('old');
  });

  test('comes back when the build fails, in place of half of a new one', () => {
    at().write('out.elf', 'old');
    at().script('echo half > out.elf; exit 1');
    expect(() => at().build()).toThrow('nothing of this build is used');
    expect(at().read('out.elf')).toBe('old');
  });

  test('does not come back when there was none: half of an image is removed', () => {
    at().script('echo half > out.elf; exit 1');
    expect(() => at().build()).toThrow('nothing of this build is used');
    expect(at().has('out.elf')).toBe(false);
  });

  test('of a build that was killed is half an image, and what was before it comes back', () => {
    at().write('.out.elf.kiln-aside', 'whole');
    at().write('out.elf', 'half');
    at().script('exit 1');
    expect(() => at().build()).toThrow('exit code 1');
    expect(at().read('out.elf')).toBe('whole');
    expect(at().has('.out.elf.kiln-aside')).toBe(false);
  });

  test('in a store that nobody writes to is left alone: only the link to it is moved', () => {
    mkdirSync(join(at().root, 'store'));
    writeFileSync(join(at().root, 'store/out.elf'), 'of the store');
    chmodSync(join(at().root, 'store'), 0o555);
    symlinkSync('../store', join(at().folder, 'result'));
    at().script('rm -rf result; mkdir result; cp ../kernel result/out.elf');
    at().build({ artifact: 'result/out.elf' });
    expect(readFileSync(join(at().root, 'store/out.elf'), 'utf8')).toBe('of the store');
    expect(at().has('.result.kiln-aside')).toBe(false);
  });

  describe("behind a user's link", () => {
    const link = () => join(at().folder, 'build');
    const behind = () => readdirSync(join(at().root, 'scratch')).sort();
    const build = () => at().build({ artifact: 'build/out.elf' });
    beforeEach(() => {
      mkdirSync(join(at().root, 'scratch'));
      symlinkSync('../scratch', link());
      at().script('cp ../kernel build/out.elf');
    });

    test('is made again, and the link stays', () => {
      build();
      at().write('main.c', 'int other;\n');
      expect(build().isNew).toBe(true);
      expect(readlinkSync(link())).toBe('../scratch');
      expect(behind()).toEqual(['out.elf']);
    });

    test('goes when its build fails, and the link stays', () => {
      at().script('cp ../kernel build/out.elf; exit 1');
      expect(build).toThrow('failed with exit code 1');
      expect(readlinkSync(link())).toBe('../scratch');
      expect(behind()).toEqual([]);
    });

    test('comes back from where a killed build left it', () => {
      writeFileSync(join(at().root, 'scratch/.out.elf.kiln-aside'), 'earlier');
      writeFileSync(join(at().root, 'scratch/out.elf'), 'half');
      at().script('exit 1');
      expect(build).toThrow('failed with exit code 1');
      expect(at().read('build/out.elf')).toBe('earlier');
      expect(behind()).toEqual(['out.elf']);
    });

    test('stays where it was when the build makes a folder in place of the link', () => {
      build();
      at().script('rm build; mkdir build; cp ../kernel build/out.elf');
      expect(build().isNew).toBe(true);
      expect(behind()).toEqual(['out.elf']);
    });
  });
});

describe('when the earlier artifact cannot be moved aside', () => {
  test('refuses, and leaves everything as it was', () => {
    // A name so long that the one it would have aside is too long.
    const long = `${'x'.repeat(245)}.elf`;
    at().write('out.elf', 'first');
    at().write(long, 'second');
    const action = () => at().build({ initrd: long });
    expect(action).toThrow(`cannot move the earlier '${join(at().folder, long)}' aside: ENAMETOOLONG`);
    expect(at().read('out.elf')).toBe('first');
    expect(at().read(long)).toBe('second');
    expect(readdirSync(at().folder).sort()).toEqual(['build.sh', 'main.c', 'out.elf', long].sort());
    expect(at().runs).toBe(0);
  });
});

describe('refuses', () => {
  test('a folder that does not exist', () => {
    const folder = join(at().root, 'none');
    expect(() => at().build({}, { folder })).toThrow(`there is no folder '${folder}' to build`);
  });

  test('a file in place of a folder', () => {
    const folder = join(at().folder, 'main.c');
    expect(() => at().build({}, { folder })).toThrow(`'${folder}' is no folder, and a build needs one`);
  });

  test('a build that fails, with its exit code and last lines', () => {
    at().script('for i in $(seq 100); do echo line $i; done; echo "\x1b[31mbroken\x1b[0m" >&2; exit 3');
    const error = caught(() => at().build());
    expect(error).toMatchObject({
      code: 'build.failed',
      message: `'./build.sh' in '${at().folder}' failed with exit code 3; nothing of this build is used`,
    });
    const lines = error.detail?.split('\n') ?? [];
    expect(lines).toHaveLength(25);
    expect(lines).toContain('line 100');
    expect(lines).toContain('broken');
  });

  test('a build that a signal ends', () => {
    at().script('kill -9 $$');
    expect(() => at().build()).toThrow(`'./build.sh' in '${at().folder}' was ended by SIGKILL`);
  });

  test('a build that is interrupted, whatever the tool makes of it', () => {
    at().script('kill -INT $PPID; sleep 5; cp ../kernel out.elf');
    expect(caught(() => at().build())).toMatchObject({
      code: 'build.interrupted',
      message: `'./build.sh' in '${at().folder}' was interrupted; nothing of this build is used`,
    });
    expect(at().has('out.elf')).toBe(false);
  });

  test('a build that the system cannot start', () => {
    expect(() => at().build({ environment: { LONG: 'x'.repeat(200_000) } })).toThrow(
      `'./build.sh' in '${at().folder}' could not be started: the system says E2BIG`,
    );
  });

  test('to keep anything of a build that failed', () => {
    at().script('cp ../kernel out.elf; exit 1');
    expect(() => at().build()).toThrow('exit code 1');
    expect(existsSync(at().cache)).toBe(false);
    at().script('cp ../kernel out.elf');
    expect(at().build().isNew).toBe(true);
  });

  test('a tool that is not in PATH, saying how to get it', () => {
    const install = { 'no-such-tool': 'Install it from example.org.' };
    expect(caught(() => at().build({ id: 'mirage', steps: [['no-such-tool']], install }))).toMatchObject({
      code: 'build.tool-missing',
      message: `'no-such-tool' is not in PATH, and the mirage toolchain needs it to build '${at().folder}'`,
      remedy: 'Install it from example.org.',
    });
  });

  test('a tool that is not in the folder', () => {
    expect(() => at().build({ steps: [['./none.sh']] })).toThrow(
      `there is no program './none.sh' in '${at().folder}', and the test toolchain needs it`,
    );
  });

  test('a tool of a later step that no step made', () => {
    expect(() => at().build({ steps: [['./build.sh'], ['./made.sh']] })).toThrow("no program './made.sh'");
    expect(at().runs).toBe(1);
  });

  test('a tool that is not executable', () => {
    const tool = at().write('tool.sh', '#!/bin/sh\n');
    expect(caught(() => at().build({ steps: [['./tool.sh']] }))).toMatchObject({
      message: `'${tool}', which builds '${at().folder}', is not executable`,
      remedy: `Make it so: chmod +x ${tool}`,
    });
  });

  test('a script whose interpreter does not exist', () => {
    at().write('tool.sh', '#!/no/such/interpreter\n', 0o755);
    expect(() => at().build({ steps: [['./tool.sh']] })).toThrow(
      `'./tool.sh' in '${at().folder}' could not be started: the interpreter that its first line names does not exist`,
    );
  });

  test('an artifact that is missing, naming what is there', () => {
    at().script('mkdir -p dist; touch dist/hello.hvt dist/manifest.json');
    expect(caught(() => at().build({ artifact: 'dist/hello.virtio' }))).toMatchObject({
      code: 'build.no-artifact',
      message:
        `the build of '${at().folder}' ended well but did not make 'dist/hello.virtio'; in its place there is ` +
        'hello.hvt, manifest.json',
    });
  });

  test('an artifact that is empty', () => {
    at().script(': > out.elf');
    expect(() => at().build()).toThrow(`the build of '${at().folder}' made 'out.elf', which is empty`);
  });

  test('an artifact that is a folder', () => {
    at().script('mkdir -p out.elf');
    expect(() => at().build()).toThrow(`the build of '${at().folder}' made 'out.elf', which is a folder`);
  });

  test('an artifact that is a link to nowhere', () => {
    at().script('ln -sf nowhere out.elf');
    expect(() => at().build()).toThrow("made 'out.elf', which is a link that leads nowhere");
  });

  test('more than one artifact for a pattern', () => {
    at().script('cp ../kernel a.elf; cp ../kernel b.elf');
    expect(caught(() => at().build({ artifact: '*.elf' }))).toMatchObject({
      code: 'build.many-artifacts',
      message: `the build of '${at().folder}' made 2 files that fit '*.elf': 'a.elf', 'b.elf'`,
    });
  });

  test('a second artifact that is missing', () => {
    expect(() => at().build({ initrd: 'files.cpio' })).toThrow("did not make 'files.cpio'");
  });
});

describe('sources that change while they are built', () => {
  test('are not kept under what they were, and it is said', () => {
    at().script('echo "int late;" >> main.c; cp ../kernel out.elf');
    expect(at().build().warning).toBe(
      "while 'unikernel' was built, 'main.c' changed, so the build is used this once and not kept; if the build itself " +
        "writes there, name it in the toolchain's 'ignore'",
    );
    at().write('main.c', 'int main;\n');
    expect(at().build().isNew).toBe(true);
  });

  test('are kept when the build itself writes them and that is declared', () => {
    at().script('for i in a b c d e; do echo x >> $i.o; done; cp ../kernel out.elf');
    expect(at().build().warning).toContain("'a.o', 'b.o', 'c.o' and 2 more changed");
    expect(at().build({ ignore: ['*.o'] }).warning).toBeUndefined();
    expect(at().build({ ignore: ['*.o'] }).isNew).toBe(false);
  });
});
