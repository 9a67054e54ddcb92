export function readme(name: string): string {
  return `# ${name}

One service, three unikernels behind one address, made with Kiln.

\`\`\`sh
npm install
npm run deploy          # builds the unikernel, shows the plan, asks, deploys
npx kiln status         # what runs, and where
npx kiln logs web       # the consoles of the instances
\`\`\`

Change \`--version=1\` or the greeting in \`main.ts\` and look at \`npx kiln diff\`: it names the instances that would go and
come, in which batches, and why. \`npm run deploy\` does it without losing a request; a version that does not become healthy
goes back by itself, and its console is shown. \`npm run destroy\` removes everything.

| file | is |
|---|---|
| \`main.ts\` | the infrastructure: images, services, how one version takes over from another |
| \`unikernel/\` | the unikernel: \`hello.c\` is the application, \`kernel/\` what it runs on. Any other kernel will do |
| \`cdktf.json\` | how to run \`main.ts\`; \`cdktf synth\` reads it too |

\`npx kiln doctor\` says what is missing on this machine.
`;
}
