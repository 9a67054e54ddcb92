import { KilnError } from '../../errors';
import type { Style } from '../../io/host';
import { RuntimePaths, tryConnectRuntime } from '../../runtime/client';
import type { InstancePhase, InstanceStatus, ServicePhase, ServiceStatus } from '../../spec';
import { type CommandContext, ExitCode } from '../context';
import { findService } from '../find-service';
import { type Cell, renderTable } from '../table';

export interface StatusOptions {
  /** Name of one service. @default - all of them */
  readonly service?: string | undefined;
  readonly json?: boolean;
}

const PHASE_COLOURS: Readonly<Record<ServicePhase | InstancePhase, keyof Style>> = {
  ready: 'green',
  healthy: 'green',
  'rolling-out': 'cyan',
  'rolling-back': 'yellow',
  starting: 'cyan',
  degraded: 'yellow',
  unhealthy: 'yellow',
  draining: 'dim',
  stopped: 'dim',
  deleting: 'dim',
  'backing-off': 'red',
  'crash-loop': 'red',
};

/** `kiln status`: what the local runtime runs, without starting it. */
export async function status(options: StatusOptions, context: CommandContext): Promise<number> {
  const { host, env } = context;
  const paths = RuntimePaths.fromEnvironment(env);
  const runtime = await tryConnectRuntime({ paths });
  if (!runtime) return notRunning(options, paths, context);
  const all = await runtime.services();
  const services = options.service === undefined ? all : [findService(all, options.service)];
  if (options.json) {
    host.out.line(JSON.stringify({ running: true, home: paths.home, services }, null, 2));
    return ExitCode.OK;
  }
  if (services.length === 0) host.out.line('The local runtime has no services. `kiln deploy` makes some.');
  services.forEach((service, index) => {
    if (index > 0) host.out.line();
    for (const line of renderService(service, host.out.style)) host.out.line(line);
  });
  return ExitCode.OK;
}

function notRunning(options: StatusOptions, paths: RuntimePaths, { host }: CommandContext): number {
  if (options.service !== undefined) {
    throw new KilnError(`the local runtime is not running, so there is no service '${options.service}'`, {
      code: 'runtime.not-running',
      remedy: '`kiln deploy` starts it.',
    });
  }
  if (options.json) {
    host.out.line(JSON.stringify({ running: false, home: paths.home, services: [] }, null, 2));
  } else {
    host.out.line(
      `The local runtime is not running (state folder ${paths.home}). \`kiln deploy\` starts it.`,
    );
  }
  return ExitCode.OK;
}

function renderService(service: ServiceStatus, style: Style): string[] {
  const endpoint = service.endpoint ?? style.dim('not exposed');
  const phase = style[PHASE_COLOURS[service.phase]](service.phase);
  const heading = `${style.bold(service.name)}  ${phase}  ${endpoint}`;
  const rows = service.instances.map((instance) => instanceRow(instance, style));
  const reasons = service.instances
    .filter(({ reason }) => reason !== null)
    .map(({ name, reason }) => `  ${style.yellow('!')} ${name}: ${reason}`);
  const notices = (service.notices ?? []).map((notice) => `  ${style.yellow('!')} ${notice}`);
  const table = rows.length > 0 ? renderTable(HEADER, rows, style) : [style.dim('  no instances')];
  return [heading, ...table, ...reasons, ...notices];
}

const HEADER = ['INSTANCE', 'PHASE', 'IMAGE', 'HEALTHY AFTER', 'RESTARTS', 'CONNECTIONS'];

function instanceRow(instance: InstanceStatus, style: Style): Cell[] {
  const { healthyAfterMs, restarts } = instance;
  return [
    instance.name,
    { text: instance.phase, paint: style[PHASE_COLOURS[instance.phase]] },
    instance.imageDigest.replace(/^sha256:/, '').slice(0, 12),
    healthyAfterMs === null ? '' : `${(healthyAfterMs / 1000).toFixed(2)} s`,
    restarts === 0 ? '0' : { text: String(restarts), paint: style.yellow },
    String(instance.connections),
  ];
}
