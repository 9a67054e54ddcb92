/** Memory of burstable instances by size, in MiB; the families t2, t3, t3a and t4g are alike. */
const BURSTABLE: Readonly<Record<string, number>> = {
  nano: 512,
  micro: 1024,
  small: 2048,
  medium: 4096,
  large: 8192,
  xlarge: 16_384,
  '2xlarge': 32_768,
};

/** Memory for one virtual processor, in MiB, of the generations from the fifth. */
const PER_PROCESSOR: Readonly<Record<string, number>> = { c: 2048, m: 4096, r: 8192 };

/** The one family that is unlike its letter. */
const UNLIKE = 'c5n';

/**
 * Memory of an instance type, in MiB; undefined where Kiln does not know it. The rule holds for every type of these families
 * in EC2's DescribeInstanceTypes, in getmoto/moto 5.2.1:moto/ec2/resources/instance_types.json.gz.
 */
export function instanceMemoryMib(type: string): number | undefined {
  const [family = '', size = ''] = type.split('.');
  if (/^(t2|t3|t3a|t4g)$/.test(family)) return BURSTABLE[size];
  const [, letter = ''] = /^([cmr])[5-9][a-z-]*$/.exec(family) ?? [];
  const perProcessor = PER_PROCESSOR[letter];
  const processors = processorsOf(size);
  if (family === UNLIKE || perProcessor === undefined || processors === undefined) return undefined;
  return perProcessor * processors;
}

function processorsOf(size: string): number | undefined {
  if (size === 'medium') return 1;
  if (size === 'large') return 2;
  const [matched, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  return matched === undefined ? undefined : 4 * Number(times || 1);
}
