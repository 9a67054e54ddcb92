import type { AnyProvider, Logger } from '../definition';
import type { Message } from '../protocol/message';
import { type CallName, calls } from '../protocol/messages';
import { handlers } from './handlers';
import { Session } from './session';

export type { Session };

export function openSession(provider: AnyProvider, log: Logger): Session {
  return new Session(provider, log);
}

/** Answers one call from its bytes to its bytes; undefined for a call that is not known. */
export async function dispatch(
  session: Session,
  name: string,
  request: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (!Object.hasOwn(calls, name)) return undefined;
  const call = calls[name as CallName] as { request: Message<unknown>; response: Message<unknown> };
  const handle = handlers[name as CallName] as (session: Session, request: unknown) => Promise<unknown>;
  return call.response.encode((await handle(session, call.request.decode(request))) as never);
}
