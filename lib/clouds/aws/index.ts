export {
  type Ami,
  type AmiArchitecture,
  type AmiBootMode,
  type AmiProgress,
  type AmiRequest,
  BLOCK_SIZE,
  type DiskBlocks,
  type UploadProgress,
} from './ami';
export { claimAmi, ownerOf } from './claim-ami';
export { createAmi } from './create-ami';
export { deleteAmi } from './delete-ami';
export { deleteCopies } from './delete-copies';
export { type EndReport, endAmi } from './end-ami';
export { faultBehind, isGone } from './fault';
export type { SessionIn } from './image-uses';
export { readLaunchPermissions, setLaunchPermissions } from './launch-permissions';
export { type PruneFailure, pruneImages } from './prune-images';
export { readAmi, readKey } from './read-ami';
export { groupsOfId, readRollout, type StandingRollout } from './rollout/read-rollout';
export { rollOut } from './rollout/roll-out';
export type {
  RolloutGroup,
  RolloutRequest,
  RolloutResult,
} from './rollout/rollout-request';
export { findCopies } from './service-images';
export { type AwsSession, type AwsSettings, openAwsSession } from './session';
export {
  type StraySnapshot,
  type Survey,
  type SurveyedImage,
  type SurveyOptions,
  surveyImages,
  type Verdict,
} from './survey-images';
export { makeCopies, removeCopies } from './sync-copies';
export { type AwsTiming, DEFAULT_TIMING } from './timing';
