import {
  type Action,
  DescribeListenersCommand,
  type Listener,
  ModifyListenerCommand,
  type TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { KilnError } from '../../../errors';
import { inBrief } from '../aws-error';
import { callAws } from '../call';
import type { AwsSession } from '../session';
import type { RolloutGroup } from './rollout-request';

/** Index of a group in a blue/green request. */
export type ColourIndex = 0 | 1;

/** What one listener gives each colour. */
export interface ListenerWeights {
  readonly arn: string;
  /** Sums over the target groups of blue and of green. */
  readonly weights: readonly [blue: number, green: number];
  /** Target groups of the one colour to which it does not lead, each the counterpart of one to which it does. */
  readonly missing: readonly string[];
  /** As they are; the forwarding one is changed, others stay. */
  readonly actions: readonly Action[];
}

const NAMES = ['blue', 'green'] as const;

/** Weights go from 0 to 999; these read as percentages. */
const ALL = 100;

/**
 * What the listeners say about who serves.
 *
 * @throws KilnError `rollout.listener` for one that is not there, or forwards to neither colour; `aws.*`
 */
export async function readWeights(
  session: AwsSession,
  listeners: readonly { readonly arn: string }[],
  groups: readonly RolloutGroup[],
  signal?: AbortSignal,
): Promise<ListenerWeights[]> {
  if (listeners.length === 0) return [];
  const client = await session.elb();
  const ListenerArns = listeners.map(({ arn }) => arn);
  const { Listeners = [] } = await callAws(
    session,
    {
      action: 'elasticloadbalancing:DescribeListeners',
      send: (options) => client.send(new DescribeListenersCommand({ ListenerArns }), options),
    },
    signal,
  );
  return ListenerArns.map((arn) => {
    const found = Listeners.find(({ ListenerArn }) => ListenerArn === arn);
    if (found) return weightsOf(arn, found, groups);
    throw refused(`there is no listener '${arn}'`);
  });
}

/**
 * The colour that the listeners send to. Where they differ, a switch was cut short: it goes through them in their order, so
 * the last one still has the colour that served before. Undefined without listeners, or where they send nowhere.
 */
export function pointedAt(listeners: readonly ListenerWeights[]): ColourIndex | undefined {
  const last = listeners.at(-1);
  if (!last || last.weights[0] === last.weights[1]) return undefined;
  return last.weights[0] > last.weights[1] ? 0 : 1;
}

/** True where each listener sends all to this colour. */
export function allPointAt(listeners: readonly ListenerWeights[], colour: ColourIndex): boolean {
  return listeners.every(({ weights }) => weights[colour] > 0 && weights[other(colour)] === 0);
}

/**
 * Lets each listener lead to both colours, what it did not lead to with weight 0, so that nothing is sent elsewhere. A listener
 * has one colour only where it is older than the other, as Terraform ignores its action. AWS checks no target of a target group
 * that no listener leads to, so this comes before anything is waited for. What is done of it is good to stay, also alone.
 *
 * @throws KilnError `rollout.switch`; its cause is the fault
 */
export async function leadToBoth(session: AwsSession, listeners: readonly ListenerWeights[]): Promise<void> {
  for (const { arn, actions, missing } of listeners) {
    if (missing.length === 0) continue;
    const more = missing.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 0 }));
    const added = actions.map((action) =>
      action.Type === 'forward' ? forwarding(action, [...tuplesOf(action), ...more]) : action,
    );
    try {
      await modify(session, arn, added);
    } catch (error) {
      throw failure(arn, 'could not be led to both colours', error);
    }
  }
}

/**
 * Sends all listeners to a colour, one after the other. Where one cannot be changed, those before it are set back. Takes no
 * signal: between two listeners is no place to stop.
 *
 * @throws KilnError `rollout.switch`; its cause is the fault
 */
export async function switchTo(
  session: AwsSession,
  listeners: readonly ListenerWeights[],
  groups: readonly RolloutGroup[],
  colour: ColourIndex,
): Promise<void> {
  const done: ListenerWeights[] = [];
  for (const listener of listeners) {
    if (allPointAt([listener], colour)) continue;
    try {
      await modify(session, listener.arn, pointing(listener, groups, colour));
      done.push(listener);
    } catch (error) {
      // The answer may be lost of a change that was made, so this one is set back too.
      const stuck = await setBack(session, [...done, listener]);
      throw failure(listener.arn, 'could not be switched', error, stuck);
    }
  }
}

/** @returns the listeners that could not be set back, with why */
async function setBack(session: AwsSession, listeners: readonly ListenerWeights[]): Promise<string[]> {
  const stuck: string[] = [];
  for (const { arn, actions } of [...listeners].reverse()) {
    await modify(session, arn, [...actions]).catch((error) => stuck.push(`${arn}: ${inBrief(error)}`));
  }
  return stuck;
}

async function modify(session: AwsSession, arn: string, actions: Action[]): Promise<void> {
  const client = await session.elb();
  const input = { ListenerArn: arn, DefaultActions: actions };
  await callAws(session, {
    action: 'elasticloadbalancing:ModifyListener',
    send: (options) => client.send(new ModifyListenerCommand(input), options),
    isHeardOut: true,
  });
}

function pointing(
  { actions }: ListenerWeights,
  groups: readonly RolloutGroup[],
  colour: ColourIndex,
): Action[] {
  return actions.map((action): Action => {
    if (action.Type !== 'forward') return action;
    const tuples = tuplesOf(action).map((tuple) => {
      const owner = colourOf(tuple.TargetGroupArn, groups);
      return owner === undefined ? tuple : { ...tuple, Weight: owner === colour ? ALL : 0 };
    });
    return forwarding(action, tuples);
  });
}

/** A target group's name alone may not stand beside several (ELB API, Action). */
function forwarding(action: Action, TargetGroups: TargetGroupTuple[]): Action {
  const { TargetGroupArn: _, ...rest } = action;
  return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups } };
}

/** One that leads to a single target group may name it alone, which means all of the weight (ELB API, Action). */
function tuplesOf({ Type, TargetGroupArn, ForwardConfig }: Action): readonly TargetGroupTuple[] {
  if (Type !== 'forward') return [];
  const tuples = ForwardConfig?.TargetGroups ?? [];
  return tuples.length > 0 || TargetGroupArn === undefined ? tuples : [{ TargetGroupArn, Weight: 1 }];
}

function weightsOf(arn: string, listener: Listener, groups: readonly RolloutGroup[]): ListenerWeights {
  const actions = listener.DefaultActions ?? [];
  const targets = actions.flatMap(tuplesOf);
  const ofColour = (colour: ColourIndex) =>
    targets.filter(({ TargetGroupArn }) => colourOf(TargetGroupArn, groups) === colour);
  const [blue, green] = [ofColour(0), ofColour(1)];
  if (blue.length === 0 && green.length === 0)
    throw refused(`the listener '${arn}' forwards to no target group of 'blue' or 'green'`);
  const sum = (of: typeof targets) => of.reduce((total, { Weight = 1 }) => total + Weight, 0);
  const missing =
    green.length === 0
      ? counterparts(arn, blue, groups, 0)
      : blue.length === 0
        ? counterparts(arn, green, groups, 1)
        : [];
  return { arn, weights: [sum(blue), sum(green)], missing, actions };
}

/** Target groups stand in the same order in both groups, one for each balancer. */
function counterparts(
  arn: string,
  tuples: readonly TargetGroupTuple[],
  groups: readonly RolloutGroup[],
  colour: ColourIndex,
): string[] {
  const [own = [], others = []] = [groups[colour], groups[other(colour)]].map(
    (group) => group?.targetGroupArns,
  );
  return tuples.map(({ TargetGroupArn = '' }) => {
    const found = others[own.indexOf(TargetGroupArn)];
    if (found !== undefined) return found;
    throw refused(
      `the listener '${arn}' forwards to '${TargetGroupArn}' of '${NAMES[colour]}', and '${NAMES[other(colour)]}' has no ` +
        'target group in its place',
    );
  });
}

function colourOf(arn: string | undefined, groups: readonly RolloutGroup[]): ColourIndex | undefined {
  const index = groups.findIndex(({ targetGroupArns }) => arn !== undefined && targetGroupArns.includes(arn));
  return index === 0 || index === 1 ? index : undefined;
}

export function other(colour: ColourIndex): ColourIndex {
  return colour === 0 ? 1 : 0;
}

function refused(message: string): KilnError {
  return new KilnError(message, {
    code: 'rollout.listener',
    remedy:
      'Let its default action forward to a target group of each of the two groups, with weights 100 and 0.',
  });
}

function failure(arn: string, what: string, cause: unknown, stuck: readonly string[] = []): KilnError {
  const left = stuck.length === 0 ? '' : `\nNot set back: ${stuck.join('; ')}`;
  return new KilnError(`the listener '${arn}' ${what}`, {
    code: 'rollout.switch',
    detail: `${inBrief(cause)}${left}`,
    cause,
  });
}
