import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { renderSystemsDocument } from '../../../lib/systems/docs/render-systems';

test('docs/systems.md is what the data says; npx tsx scripts/systems-docs.ts writes it anew', () => {
  const written = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'systems.md'), 'utf8');
  expect(written).toBe(renderSystemsDocument());
});

test('the example in it is TypeScript that the package takes', () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(renderSystemsDocument()) ?? [];
  const folder = join(__dirname, '..', '..', '..');
  const file = join(folder, 'test', 'systems', 'docs', 'example.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    resolveJsonModule: true,
    types: ['node'],
    paths: {
      'kiln-cdk': [join(folder, 'constructs', 'index.ts')],
      'kiln-cdk/stacks': [join(folder, 'stacks', 'index.ts')],
    },
  };
  const host = ts.createCompilerHost(options);
  const text = `import type { App } from 'cdktf';\ndeclare const app: App;\n${example}\nexport { image, stack };\n`;
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, version) =>
    name === file ? ts.createSourceFile(name, text, version) : getSourceFile(name, version);
  const program = ts.createProgram([file], options, host);
  const faults = ts.getPreEmitDiagnostics(program, program.getSourceFile(file));
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});
