import {
  documentOf,
  sizeOf,
  splitPolicy,
  statementsOf,
} from '../../../../lib/clouds/aws/permissions/statements';

const look = { name: 'Look', resources: ['*'] };

test('grants on the same target are one statement, each action once and in order', () => {
  const grants = [
    { actions: ['ec2:B', 'ec2:A'], on: look },
    { actions: ['ec2:B'], on: look },
  ];
  expect(statementsOf(grants)).toEqual([
    { Sid: 'Look', Effect: 'Allow', Action: ['ec2:A', 'ec2:B'], Resource: '*' },
  ]);
});

test('values of a condition come together', () => {
  const on = (value: string) => ({ ...look, condition: { StringEquals: { key: [value] } } });
  const grants = [
    { actions: ['a:B'], on: on('2') },
    { actions: ['a:B'], on: on('1') },
  ];
  expect(statementsOf(grants)[0]?.Condition).toEqual({ StringEquals: { key: ['1', '2'] } });
});

test('a grant of nothing is no statement', () => {
  expect(statementsOf([{ actions: [], on: look }])).toEqual([]);
});

test('a split has every statement once, in policies within the limit', () => {
  const grants = Array.from({ length: 40 }, (_, index) => ({
    actions: [`ec2:Action${index}`],
    on: { name: `Target${index}`, resources: [`arn:aws:ec2:eu-central-1:*:thing/${index}`] },
  }));
  const statements = statementsOf(grants);
  const parts = splitPolicy(statements, 1000);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(sizeOf(part)).toBeLessThanOrEqual(1000);
  expect(parts.flatMap(({ Statement }) => Statement)).toEqual(statements);
});

test('a size counts no white space', () => {
  const document = documentOf(statementsOf([{ actions: ['ec2:A'], on: look }]));
  const text =
    '{"Version":"2012-10-17","Statement":[{"Sid":"Look","Effect":"Allow","Action":"ec2:A","Resource":"*"}]}';
  expect(sizeOf(document)).toBe(text.length);
});
