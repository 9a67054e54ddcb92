import { KilnError } from '../../lib/errors';
import type { BalancedService } from './balanced-service';

/** Which service has which port of a balancer. */
export class ListenerPorts {
  private readonly owners = new Map<number, BalancedService>();

  /**
   * @param balancer such as `the public balancer`
   * @param remedy what to do about a port that is taken
   */
  constructor(
    private readonly balancer: string,
    private readonly remedy: string,
  ) {}

  /** @throws KilnError `constructs.expose` for a port that another service has, or this one for something else */
  claim(port: number, service: BalancedService): void {
    const other = this.owners.get(port);
    if (other !== undefined) {
      throw new KilnError(
        `port ${port} of ${this.balancer} is wanted by '${other.construct.node.path}' and by ` +
          `'${service.construct.node.path}', and a balancer's port leads to one service; ${this.remedy}`,
        { code: 'constructs.expose' },
      );
    }
    this.owners.set(port, service);
  }
}
