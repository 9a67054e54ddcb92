/**
 * A program for `node -e` that runs one build step: it passes the tool's output on as it comes, keeps the end of it, and
 * writes how the step ended to file descriptor 3 as JSON. Synth is synchronous, and a process that waits in `spawnSync`
 * can neither read nor forward; so this one does, in the same process group, where Ctrl-C and a kill reach it as well.
 *
 * It gets `{ file, argv, cwd, env, tail }` as JSON on standard input, so that the environment is in no command line. It ends
 * the tool when the process that asked for it is gone. A tool may leave a server behind that holds its output open, as
 * compiler caches do, so what is still to be read when it has ended gets a moment, not for ever.
 */
export const SUPERVISOR = `
const { spawn } = require('node:child_process');
const { writeSync } = require('node:fs');
const parent = process.ppid;
let text = '';
process.stdin.setEncoding('utf8').on('data', (data) => { text += data; }).on('end', () => run(JSON.parse(text)));
process.stdout.on('error', () => {});

const report = (result) => { try { writeSync(3, JSON.stringify(result)); } catch {} };
const failed = (error) => ({ exitCode: null, signal: null, error: error.code ?? error.message });

function run({ file, argv, cwd, env, tail }) {
  let kept = Buffer.alloc(0);
  let interrupted = false;
  let ended = false;
  let child;
  try {
    child = spawn(file, argv.slice(1), { argv0: argv[0], cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return report({ ...failed(error), interrupted, tail: '' });
  }
  const take = (data) => {
    process.stdout.write(data);
    kept = Buffer.concat([kept, data]);
    if (kept.length > tail) kept = kept.subarray(kept.length - tail);
  };
  const stop = (signal) => { interrupted = true; child.kill(signal); };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  const watch = setInterval(() => { if (process.ppid !== parent) stop('SIGTERM'); }, 500);
  const finish = (result) => {
    if (ended) return;
    ended = true;
    clearInterval(watch);
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    report({ ...result, interrupted, tail: kept.toString('utf8') });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  child.on('error', (error) => finish(failed(error)));
  child.on('close', (exitCode, signal) => finish({ exitCode, signal }));
  child.on('exit', (exitCode, signal) => setTimeout(() => finish({ exitCode, signal }), 1000).unref());
}
`;
