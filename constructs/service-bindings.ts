import { KilnError } from '../lib/errors';
import type { IServiceBinding } from './platform';
import type { UnikernelService } from './unikernel-service';

/** What a platform made of its services, and which of them it makes after which. */
export class ServiceBindings<T extends IServiceBinding> {
  private readonly bindings = new Map<UnikernelService, T>();
  private readonly callees = new Map<T, Set<T>>();

  add(service: UnikernelService, binding: T): void {
    this.bindings.set(service, binding);
  }

  /** @throws KilnError `constructs.connection` for a service that is not on this platform */
  find(service: UnikernelService): T {
    const binding = this.bindings.get(service);
    if (binding) return binding;
    throw new KilnError(`'${service.node.path}' runs on another platform; connect services of one platform`, {
      code: 'constructs.connection',
    });
  }

  /** In the order in which they were added. */
  all(): [service: UnikernelService, binding: T][] {
    return [...this.bindings];
  }

  /**
   * Puts a caller after the service that it calls. Services may call each other in a circle, Terraform's dependencies may not:
   * what would close one is left out.
   * @returns whether it comes after it
   */
  tryOrder(caller: T, callee: T): boolean {
    if (this.comesAfter(callee, caller)) return false;
    this.callees.set(caller, this.calleesOf(caller).add(callee));
    return true;
  }

  private comesAfter(one: T, other: T, seen = new Set<T>()): boolean {
    if (one === other) return true;
    seen.add(one);
    return [...this.calleesOf(one)].some((next) => !seen.has(next) && this.comesAfter(next, other, seen));
  }

  private calleesOf(binding: T): Set<T> {
    return this.callees.get(binding) ?? new Set();
  }
}
