import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';

const FILE_SYSTEM = 'NVMTFS';

export const nanos: System = { id: 'nanos', title: 'Nanos', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  const offset = facts.partitionOffsets.find(
    (start) => facts.read(start, FILE_SYSTEM.length).toString('latin1') === FILE_SYSTEM,
  );
  if (offset === undefined) return undefined;
  return { variant: 'disk', because: `a partition with the file system ${FILE_SYSTEM}`, offset };
}
