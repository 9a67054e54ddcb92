import type { Json, PrivateState } from '../definition';

const NOTHING: Uint8Array = new Uint8Array();

/** Private state is a JSON object to us and opaque bytes to Terraform. */
export class PrivateBytes implements PrivateState {
  private readonly entries: Map<string, Json>;

  constructor(bytes: Uint8Array) {
    const text = new TextDecoder().decode(bytes);
    this.entries = new Map(text === '' ? [] : Object.entries(JSON.parse(text) as Record<string, Json>));
  }

  get(key: string): Json | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: Json | undefined): void {
    if (value === undefined) this.entries.delete(key);
    else this.entries.set(key, value);
  }

  toBytes(): Uint8Array {
    if (this.entries.size === 0) return NOTHING;
    return new TextEncoder().encode(JSON.stringify(Object.fromEntries(this.entries)));
  }
}
