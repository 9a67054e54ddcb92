import type { FakeInstance } from './model';

/** EC2 keeps so much of it (GetConsoleOutput). */
const KEPT = 65_536;

/** What the serial port has seen so far, the end of it. */
export function consoleNow({ state, behaviour, guest, posted }: FakeInstance, latest = false): string {
  if (state === 'pending') return '';
  if (guest) return tail(guest.console());
  if (state === 'terminated' && posted) return posted.text;
  const source = (latest ? behaviour.latestConsole : undefined) ?? behaviour.console ?? '';
  return tail(typeof source === 'function' ? source() : source);
}

function tail(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= KEPT ? text : bytes.subarray(bytes.length - KEPT).toString();
}
