import type { FaultKind } from './faults';
import type { Answer, Service } from './refusal';
import type { AwsAction } from './settings';
import type { SignedRequest } from './sigv4';
import type { State } from './state';
import type { Target } from './target';

/** One request, as it arrived and was answered. */
export interface AwsCall {
  readonly service: Service;
  /** Undefined: no action that the fake knows, or one that another answers. */
  readonly action: AwsAction | undefined;
  /** As IAM names it, such as `ec2:DescribeImages`; undefined: no action that the fake knows. */
  readonly name: string | undefined;
  /** The snapshot and block of the path, or the parameters of a query. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of the body. */
  readonly bytes: number;
  readonly fault: FaultKind | undefined;
  /** Zero where the connection was cut or left hanging. */
  status: number;
  /** The error's name, where it was refused. */
  error: string | undefined;
  /** The XML of the answer, where the fake answered in it. */
  answer: string | undefined;
}

/** Who answers for what the fake has no part of. */
export interface Behind {
  /** Undefined: the request is for the fake. */
  claim(request: SignedRequest): Claimed | undefined;
  answer(request: SignedRequest, claimed: Claimed): Promise<Answer>;
  /** Before the fake answers a request of its own. */
  prepare(target: Target, state: State): Promise<void>;
}

export interface Claimed {
  readonly service: Service;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}
