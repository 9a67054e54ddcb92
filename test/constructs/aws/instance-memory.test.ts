import { instanceMemoryMib } from '../../../constructs/aws/instance-memory';

// As EC2's DescribeInstanceTypes has them.
test.each([
  ['t2.nano', 512],
  ['t3.micro', 1024],
  ['t3a.small', 2048],
  ['t4g.2xlarge', 32_768],
  ['m7g.medium', 4096],
  ['m8i.96xlarge', 1_572_864],
  ['c5.9xlarge', 73_728],
  ['c7i.large', 4096],
  ['c7i-flex.xlarge', 8192],
  ['c6gn.medium', 2048],
  ['r5.12xlarge', 393_216],
  ['r8gb.48xlarge', 1_572_864],
])('%s has %i MiB', (type, mib) => {
  expect(instanceMemoryMib(type)).toBe(mib);
});

test.each([
  ['c5n.large'],
  ['m4.large'],
  ['m1.small'],
  ['z1d.large'],
  ['m5.metal'],
  ['t3.3xlarge'],
  ['t9.nano'],
])('nothing is said of %s, which follows no rule or is not known', (type) => {
  expect(instanceMemoryMib(type)).toBeUndefined();
});
