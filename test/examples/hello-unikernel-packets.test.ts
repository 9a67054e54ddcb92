import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { helloKernel } from '../helpers/unikernel';
import { ACK, FIN, ipFrame, RST, type Segment, SYN, tcpBytes, Wire } from '../helpers/wire';

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
const LAST_REQUEST = Buffer.from('GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const GREETING = 'x'.repeat(3000); // an answer of several segments: without our word they carry 536 bytes each

let guest: ChildProcess;
let wire: Wire;
let nextPort = 20_000;

beforeAll(async () => {
  wire = await Wire.open();
  const machine = ['-machine', 'pc', '-accel', 'tcg', '-m', '16', '-nodefaults', '-display', 'none'];
  const net = ['-netdev', wire.netdev, '-device', 'virtio-net-pci,netdev=net,romfile='];
  const args = `--ip=${Wire.GUEST.join('.')}/24 --keepalive-age=0 --greeting=${GREETING}`;
  guest = spawn(
    'qemu-system-x86_64',
    [...machine, ...net, '-no-reboot', '-serial', 'stdio', '-kernel', helloKernel(), '-append', args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let console = '';
  for await (const text of guest.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    console += text;
    if (console.includes('listening')) break;
  }
  expect(console).toContain('listening');
});

afterAll(async () => {
  wire.close();
  if (guest.exitCode !== null || guest.signalCode !== null) return;
  guest.kill('SIGKILL');
  await once(guest, 'exit');
});

/** A connection as its client sees it, from a port of its own unless one is given. */
async function open(port = nextPort++, first = (port * 7919) >>> 0) {
  const send = (flags: number, seq: number, ack: number, data: Buffer = NOTHING, window = 65_535) =>
    wire.sendTcp({ from: port, to: 8080, seq, ack, flags, window, data });
  send(SYN, first, 0);
  const answer = await wire.nextTcp(port, ({ flags }) => flags === (SYN | ACK));
  const [seq, ack] = [first + 1, answer.seq + 1];
  send(ACK, seq, ack);
  return { port, seq, ack, send };
}

const hasData = ({ data }: Segment) => data.length > 0;
const isBare = ({ flags, data }: Segment) => flags === ACK && data.length === 0;

type Connection = Awaited<ReturnType<typeof open>>;

/** Sends a request and acknowledges what comes until the text has come; returns it. */
async function ask({ port, seq, ack, send }: Connection, text: RegExp, request = REQUEST) {
  send(ACK, seq, ack, request);
  let answer = '';
  while (!text.test(answer)) {
    const segment = await wire.nextTcp(
      port,
      (one) => hasData(one) && one.seq === (ack + answer.length) >>> 0,
    );
    answer += segment.data.toString('latin1');
    send(ACK, seq + request.length, ack + answer.length);
  }
  return answer;
}

/** The counters of `/stats`, seen from a connection that is then reset. */
async function stats(): Promise<Record<string, number>> {
  const request = Buffer.from('GET /stats HTTP/1.1\r\nHost: x\r\n\r\n');
  const connection = await open();
  const answer = await ask(connection, /frames_refused \d+\n/, request);
  connection.send(RST, connection.seq + request.length, 0);
  return Object.fromEntries([...answer.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, n]) => [name, Number(n)]));
}

/** How a connection may end: the guest is left first, is told to leave first, or is cut off. */
const endings = [
  async ({ port, seq, ack, send }: Connection) => {
    send(FIN | ACK, seq, ack);
    await wire.nextTcp(port, ({ flags }) => (flags & FIN) !== 0);
    send(ACK, seq + 1, ack + 1);
  },
  async ({ port, seq, ack, send }: Connection) => {
    send(ACK, seq, ack, LAST_REQUEST);
    const last = await wire.nextTcp(port, ({ flags }) => (flags & FIN) !== 0);
    send(FIN | ACK, seq + LAST_REQUEST.length, last.seq + last.data.length + 1);
  },
  async ({ seq, ack, send }: Connection) => {
    send(ACK, seq, ack, REQUEST);
    send(RST, seq + REQUEST.length, 0);
  },
];

test('an answer that nobody acknowledges is sent again', async () => {
  const { port, seq, ack, send } = await open();
  send(ACK, seq, ack, REQUEST);
  for (let copy = 0; copy < 3; copy++) {
    const segment = await wire.nextTcp(port, (one) => hasData(one) && one.seq === ack >>> 0);
    expect(segment.data.toString('latin1')).toMatch(/^HTTP\/1\.1 200/);
  }
});

test('three duplicate acknowledgements bring the first segment back at once', async () => {
  const { port, seq, ack, send } = await open();
  send(ACK, seq, ack, REQUEST);
  const first = await wire.nextTcp(port, hasData);
  for (let i = 0; i < 3; i++) send(ACK, seq + REQUEST.length, ack);
  const again = (await wire.tcpUntilNow(port)).filter((one) => one.seq === first.seq);
  expect(again[0]?.data).toEqual(first.data);
});

test('no more is sent than the window we gave takes', async () => {
  const { port, seq, ack, send } = await open();
  send(ACK, seq, ack, REQUEST, 700);
  const sent = await wire.tcpUntilNow(port);
  expect(sent.some(hasData)).toBe(true);
  for (const segment of sent) expect(segment.seq + segment.data.length - ack).toBeLessThanOrEqual(700);
});

test('a closed window is probed by single bytes, and the answer goes on when it opens', async () => {
  const { port, seq, ack, send } = await open();
  send(ACK, seq, ack, REQUEST, 0);
  for (let probe = 0; probe < 2; probe++) {
    expect((await wire.nextTcp(port, hasData)).data).toHaveLength(1);
    send(ACK, seq + REQUEST.length, ack, NOTHING, 0);
  }
  let next = ack;
  send(ACK, seq + REQUEST.length, next, NOTHING, 500);
  while (next < ack + GREETING.length) {
    const segment = await wire.nextTcp(port, (one) => hasData(one) && one.seq === next >>> 0);
    expect(segment.data.length).toBeLessThanOrEqual(500);
    next = segment.seq + segment.data.length;
    send(ACK, seq + REQUEST.length, next, NOTHING, 500);
  }
});

test('what comes out of order is asked for again, and what comes twice is taken once', async () => {
  const { port, seq, ack, send } = await open();
  send(ACK, seq + 10, ack, REQUEST.subarray(10));
  expect((await wire.nextTcp(port, isBare)).ack).toBe(seq >>> 0);
  send(ACK, seq, ack, REQUEST.subarray(0, 15));
  send(ACK, seq + 5, ack, REQUEST.subarray(5));
  const answer = await wire.nextTcp(port, hasData);
  expect(answer.ack).toBe((seq + REQUEST.length) >>> 0);
});

test('a reset counts only at the exact place', async () => {
  const { port, seq, ack, send } = await open();
  send(RST, seq + 100, 0);
  expect((await wire.nextTcp(port, isBare)).ack).toBe(seq >>> 0);
  send(RST, seq, 0);
  send(ACK, seq, ack);
  expect((await wire.nextTcp(port)).flags & RST).toBe(RST);
});

test('a goodbye is answered by ours, again until it is acknowledged', async () => {
  const { port, seq, ack, send } = await open();
  send(FIN | ACK, seq, ack);
  for (let copy = 0; copy < 2; copy++) {
    const goodbye = await wire.nextTcp(port, ({ flags }) => (flags & FIN) !== 0);
    expect(goodbye.ack).toBe((seq + 1) >>> 0);
  }
  send(ACK, seq + 1, ack + 1);
});

test('it says goodbye after a last answer, and the same pair of ports can begin anew', async () => {
  const { port, seq, ack, send } = await open();
  send(ACK, seq, ack, LAST_REQUEST);
  const last = await wire.nextTcp(port, ({ flags }) => (flags & FIN) !== 0);
  const end = last.seq + last.data.length + 1;
  send(FIN | ACK, seq + LAST_REQUEST.length, end);
  const goodbye = await wire.nextTcp(port, isBare);
  expect(goodbye.ack).toBe((seq + LAST_REQUEST.length + 1) >>> 0);
  expect(await ask(await open(port, seq + 100_000), /instance=.*\n$/)).toMatch(/^HTTP\/1\.1 200/);
});

test('a port where nobody listens resets', async () => {
  wire.sendTcp({ from: 9, to: 81, seq: 5, ack: 0, flags: SYN, window: 1000, data: NOTHING });
  expect(await wire.nextTcp(9)).toMatchObject({ flags: RST | ACK, ack: 6 });
});

test('those who open and never answer do not keep others out', async () => {
  const all = (flags: number, seq: number) => {
    for (let from = 1000; from < 2000; from++)
      wire.sendTcp({ from, to: 8080, seq, ack: 0, flags, window: 1000, data: NOTHING });
  };
  all(SYN, 1);
  expect(await ask(await open(), /^HTTP\/1\.1 200/)).toContain('X-Kiln-Version');
  all(RST, 2);
});

test('two thousand connections leave nothing behind, however they end', async () => {
  const before = await stats();
  for (let i = 0; i < 2000; i++) await endings[i % endings.length]?.(await open());
  let after = await stats();
  while (after.connections_time_wait !== 0 || after.frames_free !== after.frames) {
    await sleep(100);
    after = await stats();
  }
  const opened = Number(after.connections_opened) - Number(before.connections_opened);
  expect(opened).toBeGreaterThan(2000);
  expect(after.connections_now).toBeLessThanOrEqual(Number(before.connections_now));
  expect(Number(after.connections_opened) - Number(after.connections_closed)).toBe(after.connections_now);
  // The flood before may have been more than a busy machine lets the guest take in.
  expect(after.frames_refused).toBe(before.frames_refused);
});

test('frames, packets and segments of noise do not stop it', async () => {
  const kinds = noiseMakers();
  for (let i = 0; i < 4000; i++) {
    wire.send(kinds[i % kinds.length]?.() as Buffer);
    if (i % 100 === 99) await wire.tcpUntilNow(0);
  }
  expect(await ask(await open(), /^HTTP\/1\.1 200/)).toContain('X-Kiln-Version');
  expect(guest.exitCode).toBeNull();
});

/** The same noise in every run: frames, packets, segments, and a good request with four bytes changed. */
function noiseMakers(): readonly (() => Buffer)[] {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => random(256)));
  const number = () => random(65_536) * 65_536 + random(65_536);
  const segment = () => {
    const options = { seq: number(), ack: number(), flags: random(64), window: random(65_536) };
    const bytes = tcpBytes({ from: 100 + random(500), to: 8080, ...options, data: noise(random(100)) });
    if (random(4) === 0) bytes[12] = random(256);
    return ipFrame(6, bytes);
  };
  const request = { from: 7, to: 8080, seq: 1, ack: 1, flags: ACK, window: 9, data: REQUEST };
  const damaged = () => {
    const frame = ipFrame(6, tcpBytes(request));
    for (let i = 0; i < 4; i++) frame[12 + random(frame.length - 12)] = random(256);
    return frame;
  };
  return [
    () => noise(14 + random(1500)),
    () => ipFrame([1, 2, 6, 17][random(4)] as number, noise(random(1400))),
    segment,
    damaged,
  ];
}
