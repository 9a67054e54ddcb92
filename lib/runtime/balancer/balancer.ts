import { readFileSync } from 'node:fs';
import type { FrontResult, FrontSpec, FrontStats } from './control';
import { type ConnectionBudget, Front } from './front';

/** Descriptors kept free for listeners, the control socket and Node itself. */
const RESERVED_DESCRIPTORS = 128;

/** The data plane: leads connections to instances, as last told. */
export class Balancer {
  private readonly fronts = new Map<string, Front>();
  private readonly budget: ConnectionBudget;

  /** @param descriptors how many this process may open. @default - the limit the system reports */
  constructor(descriptors: number = descriptorLimit()) {
    // A connection through the balancer is two.
    this.budget = { open: 0, limit: Math.max(1, Math.floor((descriptors - RESERVED_DESCRIPTORS) / 2)) };
  }

  /** Makes exactly these fronts be; what is not named is closed. */
  async set(specs: readonly FrontSpec[]): Promise<FrontResult[]> {
    const wanted = new Set(specs.map((spec) => spec.name));
    for (const [name, front] of this.fronts) {
      if (wanted.has(name)) continue;
      front.close();
      this.fronts.delete(name);
    }
    return Promise.all(specs.map((spec) => this.front(spec.name).set(spec)));
  }

  stats(): FrontStats[] {
    return [...this.fronts.values()].map((front) => front.stats());
  }

  close(): void {
    for (const front of this.fronts.values()) front.close();
    this.fronts.clear();
  }

  private front(name: string): Front {
    const known = this.fronts.get(name);
    if (known) return known;
    const front = new Front(name, this.budget);
    this.fronts.set(name, front);
    return front;
  }
}

/** Node raises its soft limit to the hard one as it starts; this reads what came of it (proc(5), limits). */
function descriptorLimit(): number {
  try {
    const match = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return match ? Number(match[1]) : FALLBACK_LIMIT;
  } catch {
    return FALLBACK_LIMIT;
  }
}

/** macOS: the kernel's own limit for one process (kern.maxfilesperproc) begins here on the smallest machines. */
const FALLBACK_LIMIT = 10_240;
