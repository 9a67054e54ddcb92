import { KilnError } from '../../errors';
import type { Style } from '../../io/host';
import { RuntimePaths, tryConnectRuntime } from '../../runtime/client';
import { type CommandContext, ExitCode } from '../context';
import { findService } from '../find-service';

export interface LogsOptions {
  readonly service: string;
  /** @default - all instances, each line headed by its instance */
  readonly instance?: string | undefined;
  /** Goes on with new lines until Ctrl-C. @default false */
  readonly follow?: boolean;
}

const COLOURS: readonly (keyof Style)[] = ['cyan', 'green', 'yellow', 'bold', 'dim'];

/** `kiln logs`: the consoles of a service's instances. */
export async function logs(options: LogsOptions, context: CommandContext): Promise<number> {
  const { host, env, interrupts } = context;
  const runtime = await tryConnectRuntime({ paths: RuntimePaths.fromEnvironment(env) });
  if (!runtime) {
    throw new KilnError('the local runtime is not running, so there are no consoles to show', {
      code: 'runtime.not-running',
      remedy: '`kiln deploy` starts it.',
    });
  }
  const service = findService(await runtime.services(), options.service);
  const colours = new Map<string, keyof Style>();
  const heading = (instance: string) => {
    if (options.instance !== undefined) return '';
    const colour = colours.get(instance) ?? (COLOURS[colours.size % COLOURS.length] as keyof Style);
    colours.set(instance, colour);
    return `${host.out.style[colour](instance)}  `;
  };
  await runtime.logs(service.name, {
    follow: options.follow ?? false,
    signal: interrupts.signal,
    onLine: ({ instance, line }) => host.out.line(`${heading(instance)}${line}`),
    ...(options.instance === undefined ? {} : { instance: options.instance }),
  });
  return ExitCode.OK;
}
