export { type RefreshPreferences, refreshPreferences, requireAwsCan } from './aws-preferences';
export { type Limits, limitsOf } from './limits';
export { nextStep } from './next-step';
export { beginRollout, cancelRollout, resumeRollout } from './progress';
export type {
  RolloutAction,
  RolloutDecision,
  RolloutInput,
  RolloutInstance,
  RolloutOutcome,
  RolloutPhase,
  RolloutProblem,
  RolloutProgress,
  RolloutVersion,
} from './rollout-types';
export { type RolloutBatch, type SimulatedRollout, simulateRollout } from './simulate';
