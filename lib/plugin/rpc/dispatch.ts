import type { AnyProvider, Logger } from '../definition';
import type { Message } from '../protocol/message';
import { type CallName, calls } from '../protocol/messages';
import { diagnosticsOf, diagnosticToMessage } from './failure';
import { handlers } from './handlers';
import { Session } from './session';

export type { Session };

export function openSession(provider: AnyProvider, log: Logger): Session {
  return new Session(provider, log);
}

/**
 * Answers one call from its bytes to its bytes; undefined for a call that is not known. A provider that cannot be
 * loaded, or a fault in this library, is a diagnostic too: every response but `StopProvider`'s has room for some.
 */
export async function dispatch(
  opening: Promise<Session>,
  name: string,
  request: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (!Object.hasOwn(calls, name)) return undefined;
  const call = calls[name as CallName] as { request: Message<unknown>; response: Message<unknown> };
  const handle = handlers[name as CallName] as (session: Session, request: unknown) => Promise<unknown>;
  const decoded = call.request.decode(request);
  const response = await opening
    .then((session) => handle(session, decoded))
    .catch((error: unknown) => {
      const occasion = { what: `answer ${name}`, signal: new AbortController().signal };
      return { diagnostics: diagnosticsOf(error, occasion).map(diagnosticToMessage) };
    });
  return call.response.encode(response as never);
}
