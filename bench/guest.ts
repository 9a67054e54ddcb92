import { type ChildProcess, spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../lib/runtime/start-qemu';

/** A guest in QEMU with the few options it needs; its port 8080 is `port` here. */
export interface Guest {
  readonly child: ChildProcess;
  readonly port: number;
  stop(): Promise<void>;
}

export interface GuestOptions {
  readonly qemu?: string;
  readonly accelerator?: string;
  readonly memoryMib?: number;
  /** The network `n`. @default - QEMU's user network */
  readonly netdev?: string;
}

/** `boot` says what it boots from: `-kernel` and its file, or a drive. */
export async function startGuest(boot: readonly string[], options: GuestOptions = {}): Promise<Guest> {
  const { qemu = 'qemu-system-x86_64', accelerator = 'tcg', memoryMib = 16 } = options;
  const port = await freePort();
  const net = options.netdev ?? `user,id=n,hostfwd=tcp:127.0.0.1:${port}-:8080`;
  const machine = ['-nodefaults', '-display', 'none', '-accel', accelerator, '-m', String(memoryMib)];
  const child = spawn(qemu, [...machine, '-netdev', net, '-device', 'virtio-net-pci,netdev=n', ...boot], {
    stdio: 'ignore',
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { child, port, stop };
}

/** Requests that overlap, so that one which came too early does not hold up the others. */
export async function firstAnswer(port: number, host = '127.0.0.1'): Promise<void> {
  const done = new AbortController();
  setMaxListeners(0, done.signal);
  while (!done.signal.aborted) {
    get({ port, host, path: '/healthz', agent: false, signal: done.signal }, (response) => {
      response.on('error', () => undefined);
      done.abort();
    }).on('error', () => undefined);
    await sleep(20, undefined, { signal: done.signal }).catch(() => undefined);
  }
}

/** From the start of QEMU to the guest's first answer, ms. */
export async function timeToAnswer(boot: readonly string[], options: GuestOptions = {}): Promise<number> {
  const start = performance.now();
  const guest = await startGuest(boot, options);
  try {
    await firstAnswer(guest.port);
    return performance.now() - start;
  } finally {
    await guest.stop();
  }
}
