import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Annotations } from 'cdktf';
import type { IConstruct } from 'constructs';
import { errnoOf, KilnError, messageOf } from '../../lib/errors';
import { listWords, type System } from '../../lib/systems';
import { checkKnown } from '../checks';
import { projectFolder } from '../project-folder';

/** EC2's limit before it is encoded (EC2 User Guide, "Run commands when you launch an EC2 instance"). */
const MAX_BYTES = 16 * 1024;

/** Looks like something that is to be kept secret. */
const SECRETS = /passw(or)?d|secret|token|api.?key|BEGIN [A-Z ]*PRIVATE KEY|\bA(KI|SI)A[A-Z0-9]{16}\b/i;

/**
 * What instances are told when they boot and the image does not hold. It is no place for secrets: whoever may read the
 * launch template, Terraform's state or an instance's metadata reads it.
 */
export class UserData {
  /** @param text at most 16 KiB */
  static fromText(text: string): UserData {
    checkKnown('userData', text, 'it is encoded there');
    return new UserData(() => Buffer.from(text));
  }

  /**
   * The bytes of a file, at most 16 KiB.
   * @param path relative to the project folder, where `cdktf.json` is
   */
  static fromFile(path: string): UserData {
    checkKnown('userData', path, 'the file is read there');
    return new UserData((scope) => readFile(resolve(projectFolder(scope), path), path));
  }

  private constructor(private readonly read: (scope: IConstruct) => Buffer) {}

  /**
   * As a launch template takes it, in base64. Warns of what looks like a secret.
   * @param known the systems that there are
   * @param id of the image's; of one that is not known it is not known either whether it reads any
   * @throws KilnError `constructs.user-data`
   */
  render(scope: IConstruct, known: readonly System[], id: string | undefined): string {
    requireReads(scope, known, id);
    const bytes = this.read(scope);
    if (bytes.length === 0 || bytes.length > MAX_BYTES) {
      throw refusal(`'userData' of '${scope.node.path}' has ${bytes.length} bytes; give 1 to ${MAX_BYTES}`);
    }
    if (SECRETS.test(bytes.toString('latin1'))) {
      Annotations.of(scope).addWarning(
        `'userData' of '${scope.node.path}' seems to hold a secret; whoever may read its launch template, Terraform's ` +
          "state or an instance's metadata can read it",
      );
    }
    return bytes.toString('base64');
  }
}

function requireReads(scope: IConstruct, known: readonly System[], id: string | undefined): void {
  const { title, about } = known.find((system) => system.id === id) ?? {};
  if (about === undefined || about.readsUserData) return;
  const readers = known.filter((system) => system.about?.readsUserData).map((system) => system.title);
  throw refusal(
    `'userData' of '${scope.node.path}' would be read by nobody: the image is ${title}, which reads none of a cloud's ` +
      `user data; use the image's 'bootArgs', or a system that reads it: ${listWords(readers, 'or')}`,
  );
}

function readFile(path: string, given: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = errnoOf(error) === 'ENOENT' ? 'is not there' : `cannot be read: ${messageOf(error)}`;
    throw refusal(`'userData' names the file '${given}', which ${why} (looked for at '${path}')`, error);
  }
}

function refusal(message: string, cause?: unknown): KilnError {
  return new KilnError(message, { code: 'constructs.user-data', cause });
}
