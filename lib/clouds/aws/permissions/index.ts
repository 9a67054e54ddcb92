export type { Grant, Phase } from './grant';
export { type LeastPolicy, leastPolicy, POLICY_LIMIT } from './least-policy';
export type { PolicyDocument, PolicyStatement } from './statements';
