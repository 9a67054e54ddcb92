import type { ServiceEvent } from '../spec';

export type EventListener = (event: ServiceEvent) => void;

/** Hands out what happens, as it happens; keeps nothing. */
export class EventBus {
  private readonly listeners = new Set<EventListener>();

  publish(
    service: string,
    kind: ServiceEvent['kind'],
    message: string,
    instance: string | null = null,
  ): void {
    const event: ServiceEvent = { at: new Date().toISOString(), service, kind, instance, message };
    for (const listener of [...this.listeners]) listener(event);
  }

  /** @returns what ends the subscription */
  subscribe(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
