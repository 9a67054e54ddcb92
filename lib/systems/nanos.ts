import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';

const FILE_SYSTEM = 'NVMTFS';

export const nanos: System = { id: 'nanos', title: 'Nanos', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  const partition = facts.partitions.find(
    ({ offset }) => facts.read(offset, FILE_SYSTEM.length).toString('latin1') === FILE_SYSTEM,
  );
  if (!partition) return undefined;
  const { offset } = partition;
  return { variant: 'disk', because: `a partition with the file system ${FILE_SYSTEM}`, offset };
}
