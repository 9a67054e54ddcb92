import { type InputOf, nested, required, t } from '../../plugin';

/** How one version of a service takes over from another, in every resource that does it. */
export const updateAttribute = nested.single({
  strategy: required(t.string, { description: '`rolling`, `replace` or `blue-green`.' }),
  max_surge: required(t.string, { description: 'Instances beyond the desired number: `1` or `25%`.' }),
  max_unavailable: required(t.string, { description: 'Instances below the desired number: `0` or `25%`.' }),
  bake_ms: required(t.integer, { description: 'How long new instances must stay healthy.' }),
  health_timeout_ms: required(t.integer, {
    description: 'From launch until a new instance must be healthy.',
  }),
  steps: required(nested.list({ percent: required(t.integer), pause_ms: required(t.integer) }), {
    description: 'Canary steps, percentages ascending.',
  }),
  rollback: required(t.bool, { description: 'Go back to the old version when the new one fails.' }),
});

/** The same in the words of a specification, which is yet to be checked. */
export function policyArguments(update: InputOf<typeof updateAttribute>) {
  return {
    strategy: update.strategy,
    maxSurge: update.max_surge,
    maxUnavailable: update.max_unavailable,
    bakeMs: update.bake_ms,
    healthTimeoutMs: update.health_timeout_ms,
    steps: update.steps.map((step) => ({ percent: step.percent, pauseMs: step.pause_ms })),
    rollback: update.rollback,
  };
}
