import type { Grant } from './grant';
import type { StackFacts, StackResource } from './stack-facts';
import type { Targets } from './targets';

/** The permissions that the resources of one Terraform type need. */
export interface Rule {
  /** What reading one calls: at each plan, and after each change. */
  readonly reads: readonly string[];
  /** What making, changing and removing one calls. @default - nothing, as for data sources */
  readonly writes?: (resource: StackResource, to: Targets, stack: StackFacts) => readonly Grant[];
  /** Reading that can be narrowed; `reads` is for all of a region. */
  readonly looks?: (resource: StackResource, to: Targets, stack: StackFacts) => readonly Grant[];
  /** What `kiln images prune` calls for it. */
  readonly prunes?: (resource: StackResource, to: Targets, stack: StackFacts) => readonly Grant[];
}

/** Rules by Terraform type. */
export type Rules = Readonly<Record<string, Rule>>;
