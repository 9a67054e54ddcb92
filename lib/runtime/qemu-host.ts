import { mkdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { KilnError, messageOf } from '../errors';
import type { PeerSpec } from '../spec';
import { type Acceleration, findAcceleration } from './acceleration';
import { adoptInstances } from './adopt';
import { ConsoleLog } from './console';
import { type Firmware, findFirmware } from './firmware';
import { type Forwarder, findForwarder } from './forward';
import type { ImageStore, StoredImage } from './images';
import { Instance, qemuLog, type RunningRecord } from './instance';
import { INSTANCE_VARIABLE, isDamaged, readRecord, writeRecord } from './launch-record';
import type { LaunchRecord, LaunchRequest, MachineHost, MachineNotice } from './machine';
import type { RuntimePaths } from './paths';
import { isRunning } from './process-info';
import { findQemu, type Qemu } from './qemu';
import type { GuestSpec } from './qemu-arguments';
import { freePort, type StartedQemu, startQemu } from './start-qemu';

export interface QemuHostOptions {
  readonly paths: RuntimePaths;
  readonly images: ImageStore;
  /** The script that connects its own input and output to a socket when its arguments are `forward SOCKET`. */
  readonly entry: string;
  /** @default - nobody is told */
  readonly onNotice?: (notice: MachineNotice) => void;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

interface Tools {
  readonly qemu: Qemu;
  readonly acceleration: Acceleration;
  readonly forwarder: Forwarder;
}

const BOUND_INTERVAL_MS = 250;
const PORT_TRIES = 5;
/** QEMU says little; a guest that makes it complain for ever must not fill the disk. */
const LOG_LIMIT = 256 * 1024;

/** Runs instances as QEMU processes under one state folder. */
export class QemuHost implements MachineHost {
  private readonly live = new Set<Instance>();
  private tools: Promise<Tools> | undefined;
  private bounding: NodeJS.Timeout | undefined;

  constructor(private readonly options: QemuHostOptions) {}

  /**
   * What runs guests here; found once.
   * @throws KilnError those of `findQemu`
   */
  async findTools(): Promise<Tools> {
    this.tools ??= this.lookForTools();
    try {
      return await this.tools;
    } catch (error) {
      this.tools = undefined;
      throw error;
    }
  }

  /** @throws KilnError those of `findQemu` */
  async requireReady(): Promise<void> {
    await this.findTools();
  }

  /**
   * Starts an instance; resolves when QEMU answers, which says nothing yet of the guest.
   * @throws KilnError those of `findQemu`, `findFirmware`, `ImageStore.ensure` and `startQemu`; `runtime.instance-running`
   */
  async launch(request: LaunchRequest): Promise<Instance> {
    const [tools, image] = await Promise.all([
      this.findTools(),
      this.options.images.ensure(request.spec.image),
    ]);
    await this.prepareFolder(request.name);
    for (let tries = 1; ; tries++) {
      try {
        return this.keep(await this.start(request, tools, image));
      } catch (error) {
        if (!KilnError.is(error) || error.code !== 'qemu.port-taken' || tries === PORT_TRIES) throw error;
      }
    }
  }

  async adoptAll(): Promise<Instance[]> {
    const { paths, onNotice } = this.options;
    const known = new Set([...this.live].map((instance) => instance.record.name));
    const found = await adoptInstances(paths, known, onNotice ?? (() => undefined));
    for (const instance of found) {
      this.keep(instance);
      await this.bound(instance);
    }
    return found;
  }

  /** Stops watching all instances and leaves them running. */
  detach(): void {
    clearInterval(this.bounding);
    this.bounding = undefined;
    for (const instance of this.live) instance.detach();
    this.live.clear();
  }

  private async lookForTools(): Promise<Tools> {
    const { paths, entry, env } = this.options;
    const qemu = await findQemu(env);
    await mkdir(paths.home, { recursive: true, mode: 0o700 });
    const [acceleration, forwarder] = await Promise.all([
      findAcceleration(qemu, paths.home),
      findForwarder(entry, env),
    ]);
    return { qemu, acceleration, forwarder };
  }

  private async prepareFolder(name: string): Promise<void> {
    const folder = this.options.paths.instance(name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const earlier = await readRecord(folder);
    if (earlier && !isDamaged(earlier) && earlier.pid !== null && earlier.pidStartTime !== null) {
      if (isRunning(earlier.pid, earlier.pidStartTime)) {
        throw new KilnError(`instance '${name}' runs already, as process ${earlier.pid}`, {
          code: 'runtime.instance-running',
          source: 'tool',
        });
      }
    }
    await new ConsoleLog(folder).rotate();
    await truncate(qemuLog(folder), 0).catch(() => undefined);
  }

  private async start(request: LaunchRequest, tools: Tools, image: StoredImage): Promise<Instance> {
    const { paths } = this.options;
    const folder = paths.instance(request.name);
    const record = recordOf(request, await freePort());
    await writeRecord(folder, record);
    let running: RunningRecord | undefined;
    const firmware = image.hardware.isUefi ? await findFirmware(tools.qemu, 'x86-64') : null;
    const started = await startQemu(tools.qemu, this.guestOf(record, tools, image, firmware), {
      logFile: qemuLog(folder),
      env: { [INSTANCE_VARIABLE]: JSON.stringify(record) },
      onSpawn: async (pid, pidStartTime) => {
        running = { ...record, pid, pidStartTime };
        await writeRecord(folder, running);
      },
    });
    return new Instance({ record: running ?? withProcess(record, started), paths, ...started });
  }

  private guestOf(
    record: LaunchRecord,
    tools: Tools,
    image: StoredImage,
    firmware: Firmware | null,
  ): GuestSpec {
    const { paths } = this.options;
    const { spec, name } = record;
    const folder = paths.instance(name);
    return {
      name,
      boot: image.source,
      devices: image.hardware.devices,
      firmware,
      memoryMib: spec.memoryMib,
      accelerator: tools.acceleration.accelerator,
      port: { guest: spec.port, host: record.hostPort },
      peers: spec.peers.map((peer) => guestPeer(peer, tools.forwarder, paths)),
      pidFile: join(folder, 'qemu.pid'),
      consoleFile: new ConsoleLog(folder).file,
      qmpSocket: paths.qmpSocket(name),
    };
  }

  private keep(instance: Instance): Instance {
    this.live.add(instance);
    void instance.ended.then(() => this.live.delete(instance));
    if (!this.bounding) {
      this.bounding = setInterval(() => void this.boundAll(), BOUND_INTERVAL_MS);
      this.bounding.unref();
    }
    return instance;
  }

  private async boundAll(): Promise<void> {
    for (const instance of this.live) await this.bound(instance);
  }

  private async bound(instance: Instance): Promise<void> {
    const { name } = instance.record;
    try {
      await instance.boundConsole();
      const log = qemuLog(this.options.paths.instance(name));
      if ((await stat(log)).size > LOG_LIMIT) await truncate(log, 0);
    } catch (error) {
      // The folder goes away while it is being looked at when an instance is removed.
      if (instance.isAlive()) {
        this.options.onNotice?.({
          instance: name,
          message: `its console cannot be kept in bounds: ${messageOf(error)}`,
        });
      }
    }
  }
}

function recordOf(request: LaunchRequest, hostPort: number): LaunchRecord {
  return {
    ...request,
    service: request.spec.name,
    hostPort,
    startedAt: new Date().toISOString(),
    pid: null,
    pidStartTime: null,
  };
}

function withProcess(record: LaunchRecord, started: StartedQemu): RunningRecord {
  return { ...record, pid: started.pid, pidStartTime: started.startTime };
}

function guestPeer(peer: PeerSpec, forwarder: Forwarder, paths: RuntimePaths) {
  return {
    address: peer.address,
    port: peer.port,
    command: forwarder.commandFor(paths.serviceSocket(peer.service)),
  };
}
