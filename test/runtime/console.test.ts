import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConsoleLog } from '../../lib/runtime/console';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();
const KIB = 1024;
let folders = 0;

function newConsole(): { console: ConsoleLog; folder: string } {
  const folder = join(home, `c${folders++}`);
  mkdirSync(folder);
  return { console: new ConsoleLog(folder), folder };
}

/** Lines of 16 bytes: `line 0000000000\n`. */
function lines(from: number, to: number): string {
  let text = '';
  for (let n = from; n < to; n++) text += `line ${String(n).padStart(10, '0')}\n`;
  return text;
}

function diskUse(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

test('a console that nothing was written to is empty', async () => {
  const { console } = newConsole();
  expect(await console.excerpt()).toBe('');
  await console.bound();
});

test('a short console is shown whole', async () => {
  const { console } = newConsole();
  appendFileSync(console.file, lines(0, 100));
  await console.bound();
  expect(await console.excerpt()).toBe(lines(0, 100));
});

test('an excerpt has start and end, and says what it leaves out', async () => {
  const { console } = newConsole();
  appendFileSync(console.file, lines(0, 1000));
  const excerpt = await console.excerpt(64);
  expect(excerpt).toBe(`${lines(0, 2)}\n[... ${16 * 1000 - 64} bytes left out ...]\n${lines(998, 1000)}`);
});

test('a long console keeps its first and last 64 KiB, however often it is cut', async () => {
  const { console, folder } = newConsole();
  const total = 100_000;
  for (let n = 0; n < total; n += 2500) {
    appendFileSync(console.file, lines(n, n + 2500));
    await console.bound();
    expect(diskUse(folder)).toBeLessThanOrEqual(257 * KIB);
  }
  const excerpt = await console.excerpt();
  const left = /\n\[\.\.\. (\d+) bytes left out \.\.\.\]\n/.exec(excerpt)!;
  expect(excerpt.startsWith(lines(0, 4096))).toBe(true);
  expect(excerpt.endsWith(lines(total - 4096, total))).toBe(true);
  expect(Number(left[1]) + Buffer.byteLength(excerpt) - left[0].length).toBe(total * 16);
});

test('a daemon that comes back cuts on where the earlier one stopped', async () => {
  const { console, folder } = newConsole();
  appendFileSync(console.file, lines(0, 10_000));
  await console.bound();
  appendFileSync(console.file, lines(10_000, 50_000));
  const next = new ConsoleLog(folder);
  await next.bound();
  expect(diskUse(folder)).toBeLessThanOrEqual(257 * KIB);
  const excerpt = await next.excerpt(64);
  expect(excerpt).toBe(
    `${lines(0, 2)}\n[... ${16 * 50_000 - 64} bytes left out ...]\n${lines(49_998, 50_000)}`,
  );
});

test('following loses nothing to the cuts', async () => {
  const { console } = newConsole();
  const stop = new AbortController();
  let seen = '';
  appendFileSync(console.file, lines(0, 10));
  const following = console.follow((text) => {
    seen += text;
  }, stop.signal);
  for (let n = 10; n < 20_010; n += 1000) {
    appendFileSync(console.file, lines(n, n + 1000));
    await console.bound();
    while (!seen.endsWith(lines(n + 999, n + 1000))) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  stop.abort();
  await following;
  expect(seen).toBe(lines(0, 20_010));
});

test('a follower that comes late is told what it missed', async () => {
  const { console } = newConsole();
  appendFileSync(console.file, lines(0, 10_000));
  await console.bound();
  appendFileSync(console.file, lines(10_000, 20_000));
  await console.bound();
  const stop = new AbortController();
  stop.abort();
  let seen = '';
  await console.follow((text) => {
    seen += text;
  }, stop.signal);
  expect(seen.startsWith(lines(0, 4096))).toBe(true);
  expect(seen).toContain(`[... ${16 * (20_000 - 2 * 4096)} bytes left out ...]`);
  expect(seen.endsWith(lines(20_000 - 4096, 20_000))).toBe(true);
});

test('following goes on with the console of the next boot', async () => {
  const { console } = newConsole();
  const stop = new AbortController();
  let seen = '';
  const until = async (text: string) => {
    while (!seen.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  writeFileSync(console.file, 'first boot\n');
  const following = console.follow((text) => {
    seen += text;
  }, stop.signal);
  await until('first boot');
  await console.rotate();
  writeFileSync(console.file, 'again\n');
  await until('again');
  stop.abort();
  await following;
  expect(seen).toBe('first boot\nagain\n');
});

test('a new boot sets the earlier console aside', async () => {
  const { console, folder } = newConsole();
  appendFileSync(console.file, 'panic: out of luck\n');
  await console.rotate();
  expect(await console.excerpt()).toBe('');
  expect(readFileSync(join(folder, 'console.prev'), 'utf8')).toBe('panic: out of luck\n');
});

test('what a chatty process appends while it is cut arrives', async () => {
  const { console, folder } = newConsole();
  const script = `
    const fs = require('fs');
    const fd = fs.openSync(process.argv[1], 'a');
    for (let n = 0; n < 60000; n++) fs.writeSync(fd, 'line ' + String(n).padStart(10, '0') + '\\n');`;
  const writer = spawn(process.execPath, ['-e', script, console.file]);
  let running = true;
  const end = once(writer, 'exit').then(() => {
    running = false;
  });
  while (running) {
    await console.bound();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await end;
  await console.bound();
  expect(diskUse(folder)).toBeLessThanOrEqual(257 * KIB);
  const excerpt = await console.excerpt(1024);
  expect(excerpt.startsWith(lines(0, 32))).toBe(true);
  expect(excerpt.endsWith(lines(59_968, 60_000))).toBe(true);
});
