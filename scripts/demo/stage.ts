import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { styleText } from 'node:util';

const plain = !process.stdout.isTTY || process.env.NO_COLOR !== undefined;
const style = (format: Parameters<typeof styleText>[0], text: string) =>
  plain ? text : styleText(format, text);

export function title(text: string): void {
  process.stdout.write(`\n${style(['bold', 'cyan'], `━━ ${text} `.padEnd(100, '━'))}\n`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function good(text: string): string {
  return style('green', text);
}

export function bad(text: string): string {
  return style(['bold', 'red'], text);
}

/** How a command went. */
export interface Run {
  readonly exitCode: number;
  readonly seconds: number;
  readonly output: string;
}

/** Runs a command as a user would, shows it and what it prints. */
export async function show(
  words: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly shown: string },
): Promise<Run> {
  say(`${style('dim', '$')} ${style('bold', options.shown)}\n`);
  const [program, ...args] = words as [string, ...string[]];
  const start = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (data: Buffer) => {
    output += data;
    process.stdout.write(data);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  return { exitCode, seconds: (performance.now() - start) / 1000, output };
}

/** A table with its first column to the left and its second to the right. */
export function table(rows: readonly (readonly [string, string])[]): void {
  const left = Math.max(...rows.map(([name]) => name.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  for (const [name, value] of rows) say(`  ${name.padEnd(left)}   ${value.padStart(right)}`);
}

/** Processes whose command line mentions a folder; Linux only, none elsewhere. */
export function processesOf(folder: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (command.includes(folder) && Number(pid) !== process.pid)
        found.push(`${pid} ${command.slice(0, 100)}`);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
