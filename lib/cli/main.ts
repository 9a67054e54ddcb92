#!/usr/bin/env node
import { processHost } from '../io/process-host';
import { Interrupts } from './interrupts';
import { runCommandLine } from './program';

const interrupts = new Interrupts();
const stopListening = interrupts.listen();

void runCommandLine(process.argv.slice(2), {
  host: processHost({ onOutputClosed: () => interrupts.notify() }),
  env: process.env,
  cwd: process.cwd(),
  interrupts,
}).then((exitCode) => {
  stopListening();
  // Not process.exit: what was written to a pipe must arrive first.
  process.exitCode = exitCode;
});
