import { TerraformStack } from 'cdktf';
import { KilnError } from '../lib/errors';
import type { IServiceBinding } from './platform';
import type { UnikernelService } from './unikernel-service';

export interface AllowToOptions {
  /**
   * Boot argument that gets the peer's address, as `--api=HOST:PORT`.
   * @default - `--` and the peer's construct id; none for an image that is a disk
   */
  readonly bootArg?: string;
}

/** Whom a service may call. What is not declared here is not reachable from its instances. */
export class Connections {
  private readonly bootArgs = new Map<UnikernelService, string | undefined>();

  /** @internal made by the service */
  constructor(
    private readonly service: UnikernelService,
    private readonly binding: IServiceBinding,
  ) {}

  /**
   * Lets this service call `peer`, and tells it the peer's address in a boot argument, so the digest covers it.
   * Declaring the same connection again changes nothing.
   * @throws KilnError `constructs.connection` for itself, another stack's service, or an argument that is taken
   */
  allowTo(peer: UnikernelService, options: AllowToOptions = {}): void {
    this.checkPeer(peer);
    const bootArg = this.bootArgFor(peer, options);
    if (this.bootArgs.has(peer)) {
      this.checkSame(peer, bootArg);
      return;
    }
    this.checkFree(bootArg, peer);
    this.bootArgs.set(peer, bootArg);
    this.binding.connect({ peer, bootArg });
  }

  private checkPeer(peer: UnikernelService): void {
    if (peer === this.service) {
      throw refusal(
        `'${this.service.node.path}' is to be connected to itself, which needs no connection; name another service`,
      );
    }
    const [here, there] = [TerraformStack.of(this.service), TerraformStack.of(peer)];
    if (here === there) return;
    throw refusal(
      `'${this.service.node.path}' is in stack '${here.node.id}' and its peer '${peer.node.path}' in stack ` +
        `'${there.node.id}'; connections stay within one stack, so put both into the same`,
    );
  }

  private bootArgFor(peer: UnikernelService, { bootArg }: AllowToOptions): string | undefined {
    const { kind, bootArgs } = this.service.image;
    if (kind === 'disk' && bootArg === undefined) return undefined;
    if (kind === 'disk' && bootArgs.length === 0) {
      throw refusal(
        `'bootArg' is '${bootArg}', but the image of '${this.service.node.path}' is a whole disk with its own boot ` +
          "arguments, of which this one would take the place; give all of them with the image's 'bootArgs' where its " +
          "system has a place for them, or leave 'bootArg' out",
      );
    }
    const name = bootArg ?? `--${peer.node.id}`;
    if (/^[^\s=]+$/.test(name)) return name;
    throw refusal(
      `'bootArg' is ${JSON.stringify(name)}; give a name without spaces and '=', such as '--${peer.node.id}'`,
    );
  }

  private checkSame(peer: UnikernelService, bootArg: string | undefined): void {
    const before = this.bootArgs.get(peer);
    if (before === bootArg) return;
    throw refusal(
      `'${this.service.node.path}' already knows '${peer.node.path}' by boot argument '${before}', and now by ` +
        `'${bootArg}'; use one of them`,
    );
  }

  private checkFree(bootArg: string | undefined, peer: UnikernelService): void {
    if (bootArg === undefined) return;
    const set = this.service.image.bootArgs.find((arg) => arg === bootArg || arg.startsWith(`${bootArg}=`));
    const other = [...this.bootArgs].find(([, name]) => name === bootArg)?.[0];
    if (set === undefined && other === undefined) return;
    const taken = other ? `holds the address of '${other.node.path}'` : `is set by the image ('${set}')`;
    throw refusal(
      `boot argument '${bootArg}' of '${this.service.node.path}' already ${taken}; give the address of ` +
        `'${peer.node.path}' another one with 'bootArg'`,
    );
  }
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.connection' });
}
