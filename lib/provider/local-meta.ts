import type { RuntimeClient } from '../runtime/client';
import type { ProgressSender } from './progress';

/** What the resources of the local runtime share within one process. */
export interface LocalMeta {
  /** Terraform's working folder, which owns the services that are made from it. */
  readonly folder: string;
  /** The runtime's state folder. */
  readonly home: string;
  /** Connects on first use, and starts the runtime where none runs. */
  runtime(): Promise<RuntimeClient>;
  readonly progress: ProgressSender;
}
