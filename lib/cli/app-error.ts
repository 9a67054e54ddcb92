import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An uncaught error of the user's program, found in what Node wrote about it. */
export interface AppError {
  /** `KilnError`, `TypeError` */
  readonly name: string;
  readonly message: string;
  /** From the error's own `remedy`, where it has one. */
  readonly remedy: string | undefined;
  /** The innermost line of the user's own code. */
  readonly place: SourcePlace | undefined;
}

export interface SourcePlace {
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of that line; undefined where the file cannot be read. */
  readonly text: string | undefined;
}

/** `TypeError: text`, `KilnError [code]: text`, at the start of a line. */
const HEADING = /^(?:Uncaught )?([A-Z]\w*(?:Error|Exception)|Error)(?: \[[^\]]*\])?: ?(.*)$/;
const FRAME = /^\s+at .*?\(?((?:file:\/\/)?\/[^():]+(?:\([^)]*\))?[^():]*):(\d+):(\d+)\)?$/;

/**
 * Finds the error that ended a Node program in its standard error.
 * @param root the user's project: the place that is shown is in it, and outside of node_modules
 */
export function tryReadAppError(stderr: string, root: string): AppError | undefined {
  const lines = stderr.split('\n');
  const frames = lines.findIndex((line) => /^\s+at /.test(line));
  const end = frames < 0 ? lines.length : frames;
  const start = lines.slice(0, end).findLastIndex((line) => HEADING.test(line));
  const match = HEADING.exec(lines[start] ?? '');
  if (!match) return undefined;
  const message = [match[2], ...lines.slice(start + 1, end)].join('\n').trimEnd();
  return {
    name: match[1] as string,
    message,
    remedy: remedyIn(lines.slice(end)),
    place: frames < 0 ? undefined : placeIn(lines.slice(frames), root),
  };
}

/** Node prints an error's own properties below its stack: `  remedy: 'text',`. */
function remedyIn(lines: readonly string[]): string | undefined {
  const match = /^ {2}remedy: (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`),?$/m.exec(
    lines.join('\n'),
  );
  const text = match?.[1] ?? match?.[2] ?? match?.[3];
  return text?.replace(/\\(.)/g, '$1');
}

function placeIn(frames: readonly string[], root: string): SourcePlace | undefined {
  for (const frame of frames) {
    const match = FRAME.exec(frame);
    if (!match) continue;
    const path = (match[1] as string).startsWith('file:')
      ? fileURLToPath(match[1] as string)
      : (match[1] as string);
    const file = relative(root, path);
    if (file.startsWith('..') || isAbsolute(file) || file.split(sep).includes('node_modules')) continue;
    const line = Number(match[2]);
    return { file, line, column: Number(match[3]), text: lineOf(path, line) };
  }
  return undefined;
}

function lineOf(path: string, line: number): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')[line - 1];
  } catch {
    return undefined;
  }
}

/** The place with its line of source, and a mark under the column. */
export function renderPlace(place: SourcePlace): string {
  const heading = `${place.file}:${place.line}:${place.column}`;
  if (place.text === undefined) return heading;
  const number = String(place.line);
  // Tabs stay tabs in front of the mark, so that it stands where the text does.
  const indent = place.text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
  return `${heading}\n\n${number}  ${place.text}\n${' '.repeat(number.length)}  ${indent}^`;
}
