export {
  type Ami,
  type AmiArchitecture,
  type AmiBootMode,
  type AmiProgress,
  type AmiRequest,
  type AmiVirtualization,
  BLOCK_SIZE,
  type CreateAmiOptions,
  type DiskBlocks,
  type UploadProgress,
} from './ami';
export { claimAmi, ownerOf } from './claim-ami';
export { createAmi } from './create-ami';
export { deleteAmi } from './delete-ami';
export { readAmi } from './read-ami';
export { type AwsSession, type AwsSettings, openAwsSession } from './session';
export { type AwsTiming, DEFAULT_TIMING } from './timing';
