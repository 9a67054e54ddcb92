import type { Output, Style } from '../../io/host';
import type { Progress } from '../../io/progress';
import { AWS_ROLLOUT_TYPE, LOCAL_SERVICE_TYPE, type Review } from '../../plan';
import type { ServiceEvent } from '../../spec';
import type { ResourceHook, TerraformMessage } from '../terraform/messages';

type Colour = keyof Style;

/** One mark per kind of event, so that a column of them reads at a glance. */
const MARKS: Readonly<Record<ServiceEvent['kind'], readonly [mark: string, colour: Colour]>> = {
  'image-forged': ['·', 'dim'],
  'image-found': ['·', 'dim'],
  'image-uploading': ['…', 'dim'],
  'image-ready': ['✓', 'green'],
  'rollout-started': ['▸', 'bold'],
  'batch-started': ['▸', 'cyan'],
  'instance-started': ['+', 'green'],
  'instance-healthy': ['✓', 'green'],
  'instance-unhealthy': ['!', 'yellow'],
  'instance-draining': ['-', 'dim'],
  'instance-stopped': ['-', 'dim'],
  'instance-crashed': ['✗', 'red'],
  'instance-restarting': ['+', 'yellow'],
  'crash-loop': ['✗', 'red'],
  pausing: ['…', 'dim'],
  baking: ['…', 'dim'],
  'rolling-back': ['↩', 'yellow'],
  'rolled-back': ['↩', 'yellow'],
  'rollout-finished': ['✓', 'green'],
  'service-deleted': ['-', 'dim'],
  notice: ['·', 'dim'],
};

/** After these a service has said how it ended. */
const ENDS: ReadonlySet<ServiceEvent['kind']> = new Set([
  'rollout-finished',
  'rolled-back',
  'service-deleted',
]);

const SERVICES: ReadonlySet<string> = new Set([LOCAL_SERVICE_TYPE, AWS_ROLLOUT_TYPE]);

const DOING: Readonly<Record<string, readonly [doing: string, done: string]>> = {
  create: ['creating', 'created'],
  update: ['updating', 'updated'],
  delete: ['removing', 'removed'],
};

/** Shows an apply as it goes: a line per event, with the time since the start and who it is about. */
export class ApplyView {
  private readonly started = Date.now();
  private readonly names: ReadonlyMap<string, string>;
  private readonly width: number;
  /** Services that said themselves how they ended. */
  private readonly finished = new Set<string>();
  private readonly underWay = new Map<string, string>();
  /** The last batch of each service, which names the instances that start. */
  private readonly batches = new Map<string, string>();

  constructor(
    private readonly progress: Progress,
    private readonly output: Output,
    review: Review,
    private readonly doing: string,
  ) {
    this.names = new Map(review.services.flatMap(namesOf));
    const shown = [...this.names.values(), ...review.resources.map(({ address }) => address)];
    this.width = Math.min(40, Math.max(...shown.map((name) => name.length), 0));
  }

  /** Begins to show what is under way below the lines. */
  start(): void {
    this.progress.live(() => {
      const { dim } = this.output.style;
      // With one alone, the last line above says it already.
      const several = this.underWay.size > 1 ? [...this.underWay] : [];
      const details = several.map(([who, what]) => dim(`${who}: ${what}`));
      return [`${this.doing} ${dim(this.elapsed())}`, ...details];
    });
  }

  event(event: ServiceEvent): void {
    if (event.kind === 'batch-started') this.batches.set(event.service, event.message);
    if (event.kind === 'instance-started' && this.isInBatch(event)) return;
    const [mark, colour] = MARKS[event.kind] ?? MARKS.notice;
    const named = event.instance === null || event.message.includes(event.instance);
    const text = named ? event.message : `${event.instance} ${event.message}`;
    if (ENDS.has(event.kind)) {
      this.finished.add(event.service);
      this.underWay.delete(event.service);
    } else if (event.kind === 'image-ready') {
      this.underWay.delete(event.service);
    } else {
      this.underWay.set(event.service, text);
    }
    this.line(event.service, `${this.output.style[colour](mark)} ${text}`);
  }

  message(message: TerraformMessage): void {
    if (message.kind === 'text') this.progress.line(message.text);
    if (message.kind === 'started' || message.kind === 'done' || message.kind === 'failed') {
      this.resource(message.kind, message.resource);
    }
  }

  private isInBatch({ service, instance }: ServiceEvent): boolean {
    return instance !== null && (this.batches.get(service)?.includes(instance) ?? false);
  }

  private resource(kind: 'started' | 'done' | 'failed', resource: ResourceHook): void {
    const { green, red, dim } = this.output.style;
    const isService = SERVICES.has(resource.type);
    const service = this.names.get(resource.address);
    const who = service ?? resource.address;
    const [doing, done] = DOING[resource.action] ?? [resource.action, `${resource.action}: done`];
    // Of what only comes with a service the address says which it is.
    const what = isService || service === undefined ? '' : ` ${resource.address}`;
    if (kind === 'started') {
      this.underWay.set(who, `${doing}${what}`);
      // A service tells by itself what it does.
      if (!isService) this.line(who, dim(`· ${doing}${what}`));
      return;
    }
    this.underWay.delete(who);
    if (isService && this.finished.has(who)) return;
    this.line(who, kind === 'failed' ? red(`✗ failed${what}`) : `${green('✓')} ${done}${what}`);
  }

  private line(who: string, text: string): void {
    const { dim, bold } = this.output.style;
    this.progress.line(`${dim(this.elapsed().padStart(8))}  ${bold(who.padEnd(this.width))}  ${text}`);
  }

  private elapsed(): string {
    return seconds(Date.now() - this.started);
  }
}

/** The addresses whose lines come under a service's name. */
function namesOf(service: Review['services'][number]): (readonly [address: string, name: string])[] {
  const addresses = service.platform === 'aws' ? service.folded : [service.address];
  return addresses.map((address) => [address, service.name]);
}

/** `0.4 s`, `73.1 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
