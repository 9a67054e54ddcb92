export { sourceCommit } from './source-commit';
