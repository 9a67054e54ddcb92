import { KilnError } from '../../lib/errors';
import type { TestedPort, TestedService } from './tested-service';
import type { TestedStack } from './tested-stack';
import { judge, type Subject, stackOf, type Verdict } from './verdict';

/**
 * Are these the ports that are reached from outside, no more and no fewer? By the internet on AWS, from this machine in the
 * local runtime.
 */
export function toOpenOnlyPorts(subject: Subject, ports: readonly number[]): Verdict {
  const stack = stackOf(subject);
  const expected = (port: TestedPort) => covers(ports, port);
  const missing = ports.filter(
    (port) => !stack.openPorts.some(({ range }) => range && isWithin(port, range)),
  );
  return judge(stack.openPorts.every(expected) && missing.length === 0, {
    about: about(stack),
    expectation: ports.length === 0 ? 'open no port' : `open only the ports ${ports.join(', ')}`,
    found: [
      ...stack.openPorts.map((port) => `${portText(port)}: ${port.where}`),
      ...missing.map((port) => `${port} is not open`),
    ],
  });
}

/** May instances of one service call another one? */
export function toLetCall(subject: Subject, caller: string, callee: string): Verdict {
  const stack = stackOf(subject);
  stack.findService(callee);
  const { calls, address } = stack.findService(caller);
  return judge(
    calls.some(({ to }) => to === callee),
    {
      about: about(stack),
      expectation: `let '${caller}' call '${callee}'`,
      found:
        calls.length > 0
          ? calls.map(({ to, where }) => `'${caller}' may call '${to}' (${where})`)
          : [`'${caller}' may call nobody (${address})`],
    },
  );
}

/**
 * Are these all the calls that the network lets through? A service that is not named may call nobody.
 * @param calls by caller: names of services, or ranges of addresses such as `0.0.0.0/0`
 */
export function toConnectOnly(subject: Subject, calls: Readonly<Record<string, readonly string[]>>): Verdict {
  const stack = stackOf(subject);
  for (const name of Object.keys(calls)) stack.findService(name);
  const wanted = Object.entries(calls).flatMap(([caller, all]) => all.map((to) => arrow(caller, to)));
  const found = stack.services.flatMap(({ name, calls: all }) =>
    all.map(({ to, where }) => ({ arrow: arrow(name, to), where })),
  );
  const missing = wanted.filter((one) => !found.some((call) => call.arrow === one));
  return judge(found.every((call) => wanted.includes(call.arrow)) && missing.length === 0, {
    about: about(stack),
    expectation: wanted.length === 0 ? 'connect no services' : `connect only ${wanted.join(', ')}`,
    found: [
      ...found.map((call) => `${call.arrow} (${call.where})`),
      ...missing.map((one) => `${one} is not let through`),
    ],
  });
}

/**
 * Does a service run the image of this digest?
 * @param digest `sha256:` and 64 hexadecimal digits
 * @param service only this one. @default - each service
 */
export function toRunImage(subject: Subject, digest: string, service?: string): Verdict {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new KilnError(
      `the digest of an image is ${JSON.stringify(digest)}; give 'sha256:' and 64 hexadecimal digits`,
      { code: 'testing.digest' },
    );
  }
  const stack = stackOf(subject);
  const services = servicesOf(stack, service);
  return judge(services.length > 0 && services.every((one) => one.digest === digest), {
    about: about(stack),
    expectation: `run the image ${digest} in ${inWhich(service)}`,
    found: services.map((one) => `'${one.name}' runs ${one.digest} (${one.address})`),
  });
}

/**
 * Do so many earlier images stay, for going back without an upload?
 * @param service only this one. @default - each service
 */
export function toKeepImages(subject: Subject, count: number, service?: string): Verdict {
  const stack = stackOf(subject);
  const services = servicesOf(stack, service);
  return judge(services.length > 0 && services.every(({ keepsImages }) => keepsImages === count), {
    about: about(stack),
    expectation: `keep ${count} earlier ${count === 1 ? 'image' : 'images'} of ${inWhich(service)}`,
    found: services.map(({ name, keepsImages, address }) =>
      keepsImages === undefined
        ? `'${name}' keeps none: the local runtime makes them again from the kernel (${address})`
        : `'${name}' keeps ${keepsImages} (${address})`,
    ),
  });
}

function servicesOf(stack: TestedStack, service: string | undefined): readonly TestedService[] {
  return service === undefined ? stack.services : [stack.findService(service)];
}

function about({ name }: TestedStack): string {
  return `stack '${name}'`;
}

function inWhich(service: string | undefined): string {
  return service === undefined ? 'each service' : `'${service}'`;
}

function arrow(caller: string, to: string): string {
  return `${caller} -> ${to}`;
}

/** A range is expected where each of its ports is. */
function covers(ports: readonly number[], { range }: TestedPort): boolean {
  if (!range) return false;
  return new Set(ports.filter((port) => isWithin(port, range))).size === range.to - range.from + 1;
}

function isWithin(port: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return port >= from && port <= to;
}

function portText({ range }: TestedPort): string {
  if (!range) return 'a port that is not known at synth';
  return range.from === range.to ? `${range.from}` : `${range.from}-${range.to}`;
}
