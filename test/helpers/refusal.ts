/** Code and message of what an action throws. */
export function refusal(action: () => unknown): [code: string, message: string] {
  try {
    action();
  } catch (error) {
    return [(error as { code: string }).code, (error as Error).message];
  }
  throw new Error('nothing was thrown');
}
