import type { Query } from './query';
import { Refusal } from './refusal';
import { type Facets, page, select } from './selection';
import { ACCOUNT } from './settings';
import type { FakeSnapshot, State } from './state';
import type { Members, Xml } from './xml';

const FACETS: Facets<FakeSnapshot> = {
  'snapshot-id': ({ id }) => [id],
  status: ({ state }) => [state],
  description: ({ description }) => [description ?? ''],
  'owner-id': () => [ACCOUNT],
  encrypted: ({ encrypted }) => [String(encrypted)],
  'volume-size': ({ volumeSizeGib }) => [String(volumeSizeGib)],
};

/** Every answer that names a snapshot is one poll of it. */
export function describeSnapshots(state: State, query: Query): Members {
  const ids = query.texts('SnapshotId');
  for (const id of ids) findSnapshot(state, id, 'lately');
  const known = [...state.snapshots.values()].filter(({ id, late }) =>
    ids.length > 0 ? ids.includes(id) : late.unknown === 0 || late.unknown-- === 0,
  );
  const { items, next } = page(select(known, query, FACETS), query, 'SnapshotId');
  for (const snapshot of items) poll(snapshot);
  return { snapshotSet: items.map(render), nextToken: next };
}

export function deleteSnapshot(state: State, query: Query): Members {
  const snapshot = findSnapshot(state, query.required('SnapshotId'));
  const [user] = state.imagesOn(snapshot.id);
  if (user) {
    throw new Refusal(
      'InvalidSnapshot.InUse',
      `The snapshot ${snapshot.id} is currently in use by ${user.id}`,
    );
  }
  removeSnapshot(state, snapshot);
  return { return: true };
}

export function removeSnapshot(state: State, snapshot: FakeSnapshot): void {
  state.snapshots.delete(snapshot.id);
  state.deleted.set(snapshot.id, snapshot);
}

/** `lately`: as a describe sees it, which a new snapshot may be hidden from. */
export function findSnapshot(state: State, id: string, when?: 'lately'): FakeSnapshot {
  if (!/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new Refusal(
      'InvalidParameterValue',
      `Value (${id}) for parameter snapshotId is invalid. Expected: 'snap-...'.`,
    );
  }
  const snapshot = state.snapshots.get(id);
  const hidden = when === 'lately' && snapshot !== undefined && snapshot.late.unknown > 0;
  if (hidden) snapshot.late.unknown--;
  if (snapshot && !hidden) return snapshot;
  throw new Refusal('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
}

function poll(snapshot: FakeSnapshot): void {
  if (!snapshot.sealing || snapshot.state !== 'pending') return;
  if (snapshot.late.sealing-- > 0) return;
  snapshot.state = 'completed';
  snapshot.progress = 100;
}

function render(snapshot: FakeSnapshot): Xml {
  return {
    snapshotId: snapshot.id,
    volumeId: 'vol-ffffffff',
    status: snapshot.state,
    statusMessage: snapshot.stateMessage,
    startTime: snapshot.startedAt.toISOString(),
    progress: `${snapshot.progress}%`,
    ownerId: ACCOUNT,
    description: snapshot.description ?? '',
    volumeSize: snapshot.volumeSizeGib,
    encrypted: snapshot.encrypted,
    kmsKeyId: snapshot.kmsKeyArn,
    storageTier: 'standard',
    tagSet: [...snapshot.tags].map(([key, value]) => ({ key, value })),
  };
}
