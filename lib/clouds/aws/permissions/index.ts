export type { Phase } from './grant';
export { leastPolicy, POLICY_LIMIT } from './least-policy';
export type { PolicyStatement } from './statements';
