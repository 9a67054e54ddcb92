import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BuildPlace, type BuiltImage, buildImage, type Recipe } from '../../../lib/image/building';
import { multibootKernel } from '../../fixtures/images';

/** A folder with a build script, whose runs are counted, and a cache: all in a temporary folder that goes after the test. */
export class BuildFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'kiln-build-'));
  readonly folder = join(this.root, 'unikernel');
  readonly cache = join(this.root, 'project/.kiln/build');
  readonly notes: string[] = [];
  private readonly output = join(this.root, 'output');

  constructor() {
    mkdirSync(this.folder);
    this.write('main.c', 'int main;\n');
    writeFileSync(join(this.root, 'kernel'), multibootKernel());
    this.script('cp ../kernel out.elf');
  }

  /** Makes `./build.sh`; every run of it is a line in a file of its own. */
  script(body: string): void {
    this.write('build.sh', `#!/bin/sh\necho run >> ${join(this.root, 'runs')}\n${body}\n`, 0o755);
  }

  write(path: string, content: string | Buffer, mode = 0o644): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  }

  append(path: string, content: string): void {
    appendFileSync(join(this.folder, path), content);
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  recipe(more: Partial<Recipe> = {}): Recipe {
    return {
      id: 'test',
      steps: [['./build.sh']],
      environment: {},
      artifact: 'out.elf',
      ignore: [],
      inputs: [],
      tools: [],
      install: {},
      expects: {},
      ...more,
    };
  }

  build(more: Partial<Recipe> = {}, place: Partial<BuildPlace> = {}): BuiltImage {
    const output = openSync(this.output, 'a');
    try {
      return buildImage(this.recipe(more), {
        folder: this.folder,
        name: 'unikernel',
        cache: this.cache,
        exclude: [],
        output,
        notify: (line) => this.notes.push(line),
        ...place,
      });
    } finally {
      closeSync(output);
    }
  }

  /** How often the script ran. */
  get runs(): number {
    const file = join(this.root, 'runs');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  }

  /** What the tools wrote. */
  get said(): string {
    return readFileSync(this.output, 'utf8');
  }

  remove(): void {
    execFileSync('chmod', ['-R', 'u+rwX', this.root]);
    rmSync(this.root, { recursive: true });
  }
}

/** A build folder for each test. */
export function buildFolder(): () => BuildFolder {
  let current: BuildFolder;
  beforeEach(() => {
    current = new BuildFolder();
  });
  afterEach(() => current.remove());
  return () => current;
}

/** What an action throws. */
export function caught(action: () => unknown): {
  message: string;
  code?: string;
  detail?: string;
  remedy?: string;
} {
  try {
    action();
  } catch (error) {
    return error as ReturnType<typeof caught>;
  }
  throw new Error('nothing was thrown');
}
