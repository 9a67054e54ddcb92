const POLL_MS = 500;

/**
 * Keeps the process from dying in the middle of something: Ctrl-C and a CI system's SIGTERM reach every process of
 * the group, and it is Terraform that decides (`StopProvider`, then `Shutdown`). Broken output pipes are no reason
 * to stop either.
 */
export function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Calls back once when the parent process is gone, which is how a provider learns that Terraform was killed. */
export function watchParent(onOrphaned: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
