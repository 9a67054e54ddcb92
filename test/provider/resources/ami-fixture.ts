import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiskLayout } from '../../../lib/image';
import { hashImage, imageDigest, loadLoader } from '../../../lib/image';
import type { AnyProvider } from '../../../lib/plugin';
import type { Values } from '../../../lib/plugin/definition';
import type { DynamicValue, ResponseOf } from '../../../lib/plugin/protocol/messages';
import { handlers } from '../../../lib/plugin/rpc/handlers';
import { Session } from '../../../lib/plugin/rpc/session';
import { objectShape } from '../../../lib/plugin/schema/schema';
import { decodeValue, encodeValue } from '../../../lib/plugin/values/codec';
import { awsConfigOf, providerSchema } from '../../../lib/provider/aws-config';
import { Aws } from '../../../lib/provider/aws-meta';
import { ProgressSender } from '../../../lib/provider/progress';
import { ami } from '../../../lib/provider/resources/ami';
import { amiSchema } from '../../../lib/provider/resources/ami-schema';
import type { ServiceEvent } from '../../../lib/spec';
import type { AwsFake } from '../../helpers/aws-fake';
import { TEST_TIMING } from '../../helpers/aws-work';
import { CODE, writeTinyKernel } from '../../helpers/tiny-kernel';

const shape = objectShape(amiSchema.attributes);
const wire = (values: Values | null): DynamicValue => encodeValue(shape, values);
const NO_BYTES = new Uint8Array();

/** What Terraform remembers of a resource. */
export interface Remembered {
  readonly state: Values | null;
  readonly private: Uint8Array;
}

export interface Planned {
  readonly state: Values | null;
  /** Names of the attributes that make it a replacement. */
  readonly replacedFor: readonly string[];
  readonly problems: readonly string[];
}

export interface Applied extends Remembered {
  /** Errors and warnings: `summary`, and the detail after a line break. */
  readonly problems: readonly string[];
}

/** `kiln_ami` as Terraform meets it, in a folder with a kernel, before a fake of AWS. */
export class AmiBench {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kiln-ami-test-')));
  readonly log: string[] = [];
  readonly events: ServiceEvent[] = [];
  session!: Session;
  private readonly progress: Server;
  private readonly sockets: Socket[] = [];
  /** Where what is temporary is put; the system's own is others' as well. */
  private readonly temporary = join(this.folder, 'tmp');
  private readonly temporaryBefore = process.env.TMPDIR;
  private readonly note = (message: string, fields?: object) =>
    void this.log.push(`${message} ${JSON.stringify(fields ?? {})}`);

  constructor(private readonly fake: AwsFake) {
    mkdirSync(this.temporary);
    process.env.TMPDIR = this.temporary;
    Object.assign(process.env, fake.env);
    this.progress = createServer((socket) => {
      this.sockets.push(socket);
      let text = '';
      socket.on('data', (data) => {
        text += data;
        const lines = text.split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.events.push(JSON.parse(line));
      });
    });
    this.progress.listen(join(this.folder, 'p'));
  }

  /** A new process of the provider, so to speak. */
  async start(aws: object = {}): Promise<this> {
    const provider: AnyProvider = {
      name: 'kiln',
      version: '0.0.0',
      schema: providerSchema,
      configure: (_ctx, config) => ({
        folder: this.folder,
        progress: new ProgressSender(join(this.folder, 'p')),
        aws: new Aws(awsConfigOf(config as never), TEST_TIMING),
      }),
      resources: { kiln_ami: ami as never },
    };
    const { note } = this;
    this.session = new Session(provider, { debug: note, info: note, warn: note, error: note });
    const endpoints = { ec2: this.fake.url, ebs: this.fake.url };
    const config = { aws: { region: this.fake.region, endpoints, ...aws } };
    await handlers.ConfigureProvider(this.session, {
      terraformVersion: '1.11.4',
      config: encodeValue(objectShape(providerSchema.attributes), config),
    });
    return this;
  }

  /** Writes a kernel, and gives the arguments of an image of it. */
  kernel(name = 'web.elf', bootArgs: readonly string[] = [], layout: DiskLayout = 'bios'): Values {
    writeTinyKernel(join(this.folder, name), CODE.silent);
    return this.image(name, 'kernel', bootArgs, layout);
  }

  image(
    path: string,
    kind: 'kernel' | 'disk',
    bootArgs: readonly string[] = [],
    layout: DiskLayout = 'bios',
  ): Values {
    const { sha256 } = hashImage(join(this.folder, path));
    const loaderDigest = loadLoader(layout).digest;
    const digest = imageDigest({ sha256, kind, bootArgs, boot: 'disk', loaderDigest, layout });
    return { path, kind, digest, boot_args: bootArgs };
  }

  async validate(config: Values): Promise<readonly string[]> {
    const { diagnostics } = await handlers.ValidateResourceConfig(this.session, {
      typeName: 'kiln_ami',
      config: wire(config),
    });
    return textsOf(diagnostics);
  }

  async plan(config: Values | null, prior?: Remembered): Promise<Planned> {
    const { plannedState, requiresReplace, diagnostics } = await this.planned(config, prior);
    return {
      state: read(plannedState),
      replacedFor: (requiresReplace ?? []).map((path) =>
        (path.steps ?? []).map((step) => ('attributeName' in step ? step.attributeName : '?')).join('.'),
      ),
      problems: textsOf(diagnostics),
    };
  }

  /** Plans and applies as Terraform does; a replacement is the caller's to ask for, since it is two calls. */
  async apply(config: Values | null, prior?: Remembered): Promise<Applied> {
    const plan = await this.planned(config, prior);
    const problems = textsOf(plan.diagnostics);
    if (plan.plannedState === undefined || problems.some((text) => text.startsWith('error'))) {
      return { state: prior?.state ?? null, private: prior?.private ?? NO_BYTES, problems };
    }
    const answer = await handlers.ApplyResourceChange(this.session, {
      typeName: 'kiln_ami',
      priorState: wire(prior?.state ?? null),
      plannedState: plan.plannedState as DynamicValue,
      config: wire(config),
      plannedPrivate: plan.plannedPrivate ?? NO_BYTES,
    });
    return {
      state: read(answer.newState),
      private: answer.private ?? NO_BYTES,
      problems: [...problems, ...textsOf(answer.diagnostics)],
    };
  }

  /** An apply that nothing is said about. */
  async made(config: object, prior?: Remembered): Promise<Applied> {
    const applied = await this.apply({ ...config }, prior);
    expect(applied.problems).toEqual([]);
    return applied;
  }

  /** As Terraform replaces with `create_before_destroy`. */
  async replaced(config: object, old: Remembered): Promise<Applied> {
    const fresh = await this.made(config);
    expect(await this.apply(null, old)).toMatchObject({ state: null, problems: [] });
    return fresh;
  }

  async read(prior: Remembered): Promise<Applied> {
    const answer = await handlers.ReadResource(this.session, {
      typeName: 'kiln_ami',
      currentState: wire(prior.state),
      private: prior.private,
    });
    return {
      state: read(answer.newState),
      private: answer.private ?? NO_BYTES,
      problems: textsOf(answer.diagnostics),
    };
  }

  async import(id: string): Promise<Applied> {
    const answer = await handlers.ImportResourceState(this.session, { typeName: 'kiln_ami', id });
    const [found] = answer.importedResources ?? [];
    return {
      state: read(found?.state),
      private: found?.private ?? NO_BYTES,
      problems: textsOf(answer.diagnostics),
    };
  }

  /** What lies where temporary files do. */
  leftovers(): string[] {
    return readdirSync(this.temporary);
  }

  async end(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.progress.close(resolve));
    if (this.temporaryBefore === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = this.temporaryBefore;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private planned(config: Values | null, prior: Remembered | undefined) {
    return handlers.PlanResourceChange(this.session, {
      typeName: 'kiln_ami',
      priorState: wire(prior?.state ?? null),
      proposedNewState: wire(config),
      config: wire(config),
      priorPrivate: prior?.private ?? NO_BYTES,
    });
  }
}

function read(value: unknown): Values | null {
  return decodeValue(shape, value as DynamicValue | undefined, { strictNulls: false }) as Values | null;
}

function textsOf(diagnostics: ResponseOf<'PlanResourceChange'>['diagnostics']): string[] {
  return (diagnostics ?? []).map(
    ({ severity, summary, detail }) => `${severity === 1 ? 'error' : 'warning'}: ${summary}\n${detail}`,
  );
}
