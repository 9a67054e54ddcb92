import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildFolder } from './fixtures';

const at = buildFolder();

describe('two builds at once', () => {
  test('of one folder run one after the other, and the second finds what the first made', async () => {
    at().script('until [ -e ../go ]; do sleep 0.05; done; cp ../kernel out.elf');
    const notes: string[] = [];
    const onNote = (note: string) => {
      notes.push(note);
      if (note.includes('waiting for it')) writeFileSync(join(at().root, 'go'), '');
    };
    const results = await Promise.all([inProcess(onNote), inProcess(onNote)]);
    expect(results.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
    expect(results[0]?.artifact).toBe(results[1]?.artifact);
    expect(at().runs).toBe(1);
    // Of two processes, so in either order.
    expect(notes.sort()).toEqual([
      expect.stringMatching(/^'unikernel' is being built by process \d+; waiting for it$/),
      "building 'unikernel': ./build.sh",
    ]);
  });

  test('a lock whose process is gone is taken over', () => {
    const gone = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' });
    at().write('.kiln.lock', JSON.stringify({ pid: Number(gone), started: null }));
    expect(at().build().isNew).toBe(true);
    expect(at().has('.kiln.lock')).toBe(false);
  });

  test('a lock of an earlier process with a number that another has now is taken over', () => {
    at().write('.kiln.lock', JSON.stringify({ pid: process.pid, started: '1' }));
    expect(at().build().isNew).toBe(true);
  });

  test('a lock whose process has ended and was not waited for is taken over', async () => {
    // The shell becomes a program that does not wait for the child that it began, and that ends only after that.
    const child = 'while [ "$(cat /proc/$$/comm)" != sleep ]; do sleep 0.01; done';
    const parent = spawn('sh', ['-c', `(${child}) & echo $!; exec sleep 1000`]);
    try {
      const pid = await new Promise<number>((resolve) =>
        parent.stdout.once('data', (data) => resolve(Number(data))),
      );
      await waitFor(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
      at().write('.kiln.lock', JSON.stringify({ pid, started: null }));
      expect(at().build().isNew).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('a folder in place of a lock is none', () => {
    mkdirSync(join(at().folder, '.kiln.lock'));
    utimesSync(join(at().folder, '.kiln.lock'), 1, 1);
    expect(at().build().isNew).toBe(true);
  });

  test('a lock that was never written to its end is taken over', () => {
    const lock = at().write('.kiln.lock', '');
    utimesSync(lock, 1, 1);
    expect(at().build().isNew).toBe(true);
  });
});

describe('a synth that is killed', () => {
  test('takes its tool along, and the next one builds with what was there before', async () => {
    at().write('out.elf', 'whole');
    at().script('echo half > out.elf; echo $$ > ../pid; exec sleep 1000');
    const child = otherSynth();
    await waitFor(() => existsSync(join(at().root, 'pid')));
    child.kill('SIGKILL');
    const pid = Number(await waitFor(() => readFileSync(join(at().root, 'pid'), 'utf8').trim()));
    await waitFor(() => !isAlive(pid));
    expect(at().has('.out.elf.kiln-aside')).toBe(true);
    at().script('exit 1');
    expect(() => at().build()).toThrow('failed with exit code 1');
    expect(at().read('out.elf')).toBe('whole');
    expect(readdirSync(at().folder).filter((name) => name.includes('kiln'))).toEqual([]);
  });
});

/** Builds in a process of its own, as another synth would. */
function otherSynth() {
  const { folder, cache } = at();
  const place = { folder, name: 'unikernel', cache, exclude: [], output: 2 };
  const program = `
    const { writeSync } = require('node:fs');
    const { buildImage } = require(${JSON.stringify(join(__dirname, '../../../lib/image/building'))});
    const notify = (line) => writeSync(2, line + '\\n');
    console.log(JSON.stringify(buildImage(${JSON.stringify(at().recipe())}, { ...${JSON.stringify(place)}, notify })));
  `;
  return spawn(process.execPath, ['--require', 'tsx/cjs', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function inProcess(onNote: (note: string) => void): Promise<{ artifact: string; isNew: boolean }> {
  const child = otherSynth();
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  createInterface({ input: child.stderr }).on('line', onNote);
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`exit code ${code}`)),
    );
  });
}

async function waitFor<T>(look: () => T): Promise<T> {
  for (;;) {
    const value = look();
    if (value) return value;
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
