import { readFileSync } from 'node:fs';
import { TerraformStack, Testing } from 'cdktf';
import { KilnError, messageOf } from '../../lib/errors';
import { readAwsPorts } from './aws-ports';
import { readAwsServices } from './read-aws';
import { readLocalPorts, readLocalServices } from './read-local';
import { type JsonObject, readResources } from './terraform-json';
import { type TestedPort, type TestedService, unknownService } from './tested-service';

/** A synthesized stack as assertions see it: the same on every platform, read from what Terraform will get. */
export class TestedStack {
  /**
   * A stack as it would be synthesized now, aspects and overrides included. Nothing is written, nothing staged.
   * @throws KilnError `testing.stack` for anything but a stack
   */
  static of(stack: TerraformStack | TestedStack): TestedStack {
    if (stack instanceof TestedStack) return stack;
    if (!TerraformStack.isStack(stack)) {
      throw new KilnError(
        `an assertion about a stack was given ${describe(stack)}; give a stack such as LocalStack or AwsStack, or for a ` +
          'change { before, after } of them',
        { code: 'testing.stack' },
      );
    }
    // For the aspects, which it alone invokes; its answer leaves out which construct a resource comes from.
    Testing.synth(stack);
    return TestedStack.fromJson(JSON.stringify(stack.toTerraform()));
  }

  /**
   * A stack that was synthesized before, such as the one that is deployed.
   * @param path of its `cdk.tf.json`
   * @throws KilnError `testing.stack`
   */
  static fromFile(path: string): TestedStack {
    try {
      return TestedStack.fromJson(readFileSync(path, 'utf8'));
    } catch (error) {
      throw new KilnError(`'${path}' is no synthesized stack: ${messageOf(error)}`, {
        code: 'testing.stack',
        cause: error,
      });
    }
  }

  /**
   * The text of a `cdk.tf.json`.
   * @throws KilnError `testing.stack`, or SyntaxError for text that is no JSON
   */
  static fromJson(text: string): TestedStack {
    return new TestedStack(JSON.parse(text));
  }

  /** The stack's id. */
  readonly name: string;
  /** In the order of their names. */
  readonly services: readonly TestedService[];
  /** What is reached from outside. */
  readonly openPorts: readonly TestedPort[];

  private constructor(json: JsonObject) {
    const { stack, all } = readResources(json);
    this.name = stack;
    const services = [...readLocalServices(all), ...readAwsServices(all)];
    this.services = services.sort((a, b) => a.name.localeCompare(b.name));
    this.openPorts = [...readLocalPorts(all), ...readAwsPorts(all)];
  }

  /** @throws KilnError `testing.service` where there is none of this name */
  findService(name: string): TestedService {
    const found = this.tryFindService(name);
    if (found) return found;
    const known = this.services.map((service) => service.name);
    throw unknownService(name, known, `stack '${this.name}'`);
  }

  tryFindService(name: string): TestedService | undefined {
    return this.services.find((service) => service.name === name);
  }
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return `an object of class ${value.constructor?.name ?? 'Object'}`;
}
