import { invalid, Refusal } from './refusal';
import { ACCOUNT } from './settings';
import { BLOCK_SIZE, type FakeSnapshot, type State } from './state';
import { findBadTag } from './tags';

const MAX_GIB = 65_536;
const SNAPSHOT_ID = /^snap-[0-9a-f]+$/;

type Request = Readonly<Record<string, unknown>>;

/** Makes a pending snapshot, or names the one that the same token made. */
export function startSnapshot(state: State, request: Request): object {
  checkValues(state, request);
  const { ClientToken: token, ...rest } = request;
  const wanted = JSON.stringify(Object.entries(rest).sort());
  const earlier = state.tokens.get(token as string);
  if (earlier) {
    const snapshot = state.snapshots.get(earlier.snapshotId) ?? state.deleted.get(earlier.snapshotId);
    const gone = !state.snapshots.has(earlier.snapshotId) && state.world.tokenOfDeleted === 'freed';
    if (earlier.request !== wanted && !gone) {
      throw new Refusal('ConflictException', 'The client token was used with different parameters.', 409);
    }
    if (!gone) return render(snapshot as FakeSnapshot);
  }
  checkPending(state);
  const snapshot = create(state, request);
  state.snapshots.set(snapshot.id, snapshot);
  if (token !== undefined) state.tokens.set(token as string, { request: wanted, snapshotId: snapshot.id });
  return render(snapshot);
}

function checkValues(state: State, request: Request): void {
  const {
    VolumeSize: size,
    ClientToken: token,
    Description: description,
    Tags: tags,
    Timeout: timeout,
  } = request;
  if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > MAX_GIB) {
    throw invalid('INVALID_VOLUME_SIZE', `VolumeSize must be 1 to ${MAX_GIB}, not ${size}`);
  }
  if (token !== undefined && (typeof token !== 'string' || !/^[!-~]{1,64}$/.test(token))) {
    throw invalid('INVALID_PARAMETER_VALUE', 'ClientToken must be 1 to 64 ASCII characters without spaces');
  }
  if (
    description !== undefined &&
    (typeof description !== 'string' || !/^[\s\S]{1,255}$/.test(description))
  ) {
    throw invalid('INVALID_PARAMETER_VALUE', 'Description must be 1 to 255 characters');
  }
  if (
    timeout !== undefined &&
    !(Number.isInteger(timeout) && Number(timeout) >= 10 && Number(timeout) <= 4320)
  ) {
    throw invalid('INVALID_PARAMETER_VALUE', `Timeout must be 10 to 4320 minutes, not ${timeout}`);
  }
  const bad = tags === undefined ? undefined : findBadTag('ebs', tagPairs(tags));
  if (bad) throw invalid('INVALID_TAG', bad);
  checkEncryption(request, state.world.region);
  checkParent(state, request);
}

function checkEncryption({ Encrypted, KmsKeyArn, ParentSnapshotId }: Request, region: string): void {
  if (Encrypted !== undefined && typeof Encrypted !== 'boolean') {
    throw invalid('INVALID_PARAMETER_VALUE', `Encrypted must be a boolean, not ${Encrypted}`);
  }
  if (Encrypted !== undefined && ParentSnapshotId !== undefined) {
    throw invalid(
      'INVALID_PARAMETER_VALUE',
      'Encrypted and ParentSnapshotId cannot be given in the same request',
    );
  }
  if (KmsKeyArn === undefined) return;
  if (Encrypted !== true) throw invalid('INVALID_PARAMETER_VALUE', 'KmsKeyArn needs Encrypted to be true');
  if (!new RegExp(`^arn:aws[a-z-]*:kms:${region}:[0-9]{12}:key/.+$`).test(String(KmsKeyArn))) {
    throw invalid('INVALID_CUSTOMER_KEY', `KmsKeyArn is not the ARN of a key in ${region}`);
  }
}

function checkParent(state: State, { ParentSnapshotId: id, VolumeSize: size }: Request): void {
  if (id === undefined) return;
  if (!SNAPSHOT_ID.test(String(id))) throw invalid('INVALID_SNAPSHOT_ID', `${id} is not a snapshot id`);
  const parent = state.snapshots.get(String(id));
  if (!parent) throw snapshotNotFound(String(id));
  if (parent.state !== 'completed')
    throw invalid('INVALID_SNAPSHOT_ID', `The parent snapshot ${id} is ${parent.state}`);
  if (parent.volumeSizeGib > Number(size)) {
    throw invalid(
      'INVALID_VOLUME_SIZE',
      `VolumeSize ${size} is smaller than the parent's ${parent.volumeSizeGib}`,
    );
  }
  if (state.world.encryptionByDefault && !parent.encrypted) {
    throw invalid(
      'INVALID_PARAMETER_VALUE',
      'The account encrypts by default, and the parent is not encrypted',
    );
  }
}

function checkPending(state: State): void {
  const pending = [...state.snapshots.values()].filter((snapshot) => snapshot.state === 'pending').length;
  const limit = state.world.quotas.pendingSnapshots;
  if (pending < limit) return;
  throw new Refusal(
    'ConcurrentLimitExceededException',
    `The account has ${limit} pending snapshots, the limit.`,
  );
}

function create(state: State, request: Request): FakeSnapshot {
  const { lateness, region, encryptionByDefault } = state.world;
  const parentId = request.ParentSnapshotId as string | undefined;
  const parent = parentId === undefined ? undefined : state.snapshots.get(parentId);
  const encrypted = parent ? parent.encrypted : request.Encrypted === true || encryptionByDefault;
  const key = parent?.kmsKeyArn ?? (request.KmsKeyArn as string | undefined);
  return {
    id: state.newId('snap'),
    volumeSizeGib: request.VolumeSize as number,
    parentId,
    description: request.Description as string | undefined,
    encrypted,
    kmsKeyArn: encrypted ? (key ?? `arn:aws:kms:${region}:${ACCOUNT}:key/default-ebs`) : undefined,
    tags: new Map(tagPairs(request.Tags ?? [])),
    createVolumePermissions: new Set(),
    startedAt: new Date(state.clock.now),
    timeoutMinutes: (request.Timeout as number | undefined) ?? 60,
    state: 'pending',
    stateMessage: undefined,
    sealing: false,
    progress: 0,
    blocks: new Map(),
    late: { puts: lateness.unknownPuts, unknown: lateness.unknownSnapshot, sealing: lateness.sealing },
  };
}

export function snapshotNotFound(id: string): Refusal {
  const message = `The snapshot '${id}' does not exist.`;
  return new Refusal('ResourceNotFoundException', message, 404, 'SNAPSHOT_NOT_FOUND');
}

function render(snapshot: FakeSnapshot): object {
  return {
    SnapshotId: snapshot.id,
    OwnerId: ACCOUNT,
    Status: snapshot.state,
    StartTime: snapshot.startedAt.getTime() / 1000,
    VolumeSize: snapshot.volumeSizeGib,
    BlockSize: BLOCK_SIZE,
    Description: snapshot.description,
    ParentSnapshotId: snapshot.parentId,
    KmsKeyArn: snapshot.kmsKeyArn,
    SseType: snapshot.encrypted ? 'sse-kms' : 'none',
    Tags: [...snapshot.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}

function tagPairs(tags: unknown): [string, string][] {
  if (!Array.isArray(tags)) throw invalid('INVALID_TAG', 'Tags must be a list');
  return tags.map(({ Key, Value, ...rest }) => {
    if (Object.keys(rest).length > 0) throw invalid('INVALID_TAG', `A tag has ${Object.keys(rest)}`);
    return [Key, Value ?? ''];
  });
}
