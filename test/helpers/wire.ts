import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/**
 * The far end of a guest's network cable: whole Ethernet frames in QEMU's `-netdev socket,connect=`, where each comes
 * after its length in four bytes. A TCP connection loses nothing and keeps the order, so what a test sees does not
 * depend on how busy the machine is.
 */
export class Wire {
  static readonly US = [10, 77, 0, 1] as const;
  static readonly GUEST = [10, 77, 0, 2] as const;
  private readonly frames: Buffer[] = [];
  private guest: Socket | undefined;
  private unread = Buffer.alloc(0);
  private fences = 1;
  private wake: () => void = () => undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.guest = socket.setNoDelay();
      socket.on('data', (data) => this.take(data)).on('error', () => undefined);
    });
  }

  static async open(): Promise<Wire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(server);
  }

  /** For `-netdev`. */
  get netdev(): string {
    return `socket,id=net,connect=127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  close(): void {
    this.guest?.destroy();
    this.server.close();
  }

  send(frame: Buffer): void {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    this.guest?.write(Buffer.concat([length, frame]));
  }

  sendTcp(segment: Segment): void {
    this.send(ipFrame(6, tcpBytes(segment)));
  }

  /** The next segment to our port that passes; those before it are passed over. Rejects after 20 s. */
  async nextTcp(port: number, passes: (segment: Segment) => boolean = () => true): Promise<Segment> {
    for await (const segment of this.segments(port)) {
      if (segment.to === port && passes(segment)) return segment;
    }
    throw new Error('the guest is gone');
  }

  /**
   * Everything that the guest sent to our port up to now: it answers in order, so what comes before its refusal of a
   * connection to a port where nobody listens was sent for what it received before.
   */
  async tcpUntilNow(port: number): Promise<Segment[]> {
    const seen: Segment[] = [];
    const seq = this.fences++;
    this.sendTcp({ from: FENCE, to: FENCE, seq, ack: 0, flags: SYN, window: 0, data: Buffer.alloc(0) });
    for await (const segment of this.segments(port)) {
      if (segment.to === FENCE && segment.ack === seq + 1) break;
      if (segment.to === port) seen.push(segment);
    }
    return seen;
  }

  private async *segments(port: number): AsyncGenerator<Segment> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
      const frame = this.frames.shift();
      const segment = frame && readTcp(frame);
      if (segment) yield segment;
      else if (!frame) await this.nextFrame();
    }
    throw new Error(`what was awaited did not come to port ${port}`);
  }

  private nextFrame(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private take(data: Buffer): void {
    this.unread = Buffer.concat([this.unread, data]);
    while (this.unread.length >= 4 && this.unread.length >= 4 + this.unread.readUInt32BE(0)) {
      const end = 4 + this.unread.readUInt32BE(0);
      this.receive(this.unread.subarray(4, end));
      this.unread = this.unread.subarray(end);
    }
    this.wake();
  }

  private receive(frame: Buffer): void {
    if (frame.readUInt16BE(12) === ARP) this.answerArp(frame);
    else this.frames.push(frame);
  }

  private answerArp(request: Buffer): void {
    if (request.readUInt16BE(20) !== 1 || !request.subarray(38, 42).equals(Buffer.from(Wire.US))) return;
    const reply = Buffer.concat([GUEST_MAC, OUR_MAC, request.subarray(12, 20), Buffer.from([0, 2])]);
    this.send(Buffer.concat([reply, OUR_MAC, Buffer.from(Wire.US), GUEST_MAC, Buffer.from(Wire.GUEST)]));
  }
}

export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly data: Buffer;
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

/** The port of both sides for questions that are only there to be refused. */
const FENCE = 6;
/** QEMU's default for the first card. */
const GUEST_MAC = Buffer.from('525400123456', 'hex');
const OUR_MAC = Buffer.from('020000000001', 'hex');
const ARP = 0x0806;

/** An IPv4 packet from us to the guest, in its frame. */
export function ipFrame(protocol: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(20);
  header.set([0x45, 0]);
  header.writeUInt16BE(20 + payload.length, 2);
  header.set([64, protocol], 8);
  header.set([...Wire.US, ...Wire.GUEST], 12);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([GUEST_MAC, OUR_MAC, Buffer.from([8, 0]), header, payload]);
}

export function tcpBytes(segment: Segment): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(segment.from, 0);
  header.writeUInt16BE(segment.to, 2);
  header.writeUInt32BE(segment.seq >>> 0, 4);
  header.writeUInt32BE(segment.ack >>> 0, 8);
  header.set([5 << 4, segment.flags], 12);
  header.writeUInt16BE(segment.window, 14);
  const whole = Buffer.concat([header, segment.data]);
  const pseudo = Buffer.from([...Wire.US, ...Wire.GUEST, 0, 6, whole.length >> 8, whole.length & 255]);
  whole.writeUInt16BE(checksum(Buffer.concat([pseudo, whole])), 16);
  return whole;
}

function readTcp(frame: Buffer): Segment | undefined {
  if (frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 6) return undefined;
  const tcp = frame.subarray(34, 14 + frame.readUInt16BE(16));
  return {
    from: tcp.readUInt16BE(0),
    to: tcp.readUInt16BE(2),
    seq: tcp.readUInt32BE(4),
    ack: tcp.readUInt32BE(8),
    flags: tcp.readUInt8(13),
    window: tcp.readUInt16BE(14),
    data: tcp.subarray((tcp.readUInt8(12) >> 4) * 4),
  };
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  bytes.forEach((byte, i) => {
    sum += i % 2 === 0 ? byte << 8 : byte;
  });
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
