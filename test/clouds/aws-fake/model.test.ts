import { startAwsFake } from '../../helpers/aws-fake';
import { AUTOSCALING_PARAMETERS } from '../../helpers/aws-fake/autoscaling/parameters';
import { ELB_PARAMETERS } from '../../helpers/aws-fake/balancing/parameters';
import { clientsOf } from '../../helpers/aws-fake/clients';
import { EBS_SHAPES, EC2_PARAMETERS, type QueryParameters } from '../../helpers/aws-fake/parameters';
import { AUTOSCALING_ACTIONS, EBS_ACTIONS, EC2_ACTIONS, ELB_ACTIONS } from '../../helpers/aws-fake/settings';
import { loadModel, MODELS, parameterNames } from './botocore';
import { callEveryAction } from './every-action';
import { strangersIn } from './strangers';

const described = MODELS === undefined ? test.skip : test;
if (MODELS === undefined)
  process.stderr.write("skipped: comparing the fake with the services' models needs botocore\n");

/** An entry of those not taken stands for all that is below it, and there must be something. */
function expectSame({ taken, untaken }: QueryParameters, parameters: readonly string[]): void {
  const below = (name: string, one: string) => name === one || name.startsWith(`${one}.`);
  const others = parameters.filter((name) => !untaken.some((one) => below(name, one)));
  expect([...taken].sort()).toEqual(others.sort());
  expect(untaken.filter((one) => !parameters.some((name) => below(name, one)))).toEqual([]);
}

described.each(EC2_ACTIONS)('ec2:%s takes the parameters of its model', (action) => {
  expectSame(EC2_PARAMETERS[action], parameterNames(loadModel('ec2'), action, 'ec2'));
});

described.each(AUTOSCALING_ACTIONS)('autoscaling:%s takes the parameters of its model', (action) => {
  expectSame(AUTOSCALING_PARAMETERS[action], parameterNames(loadModel('autoscaling'), action, 'query'));
});

described.each(ELB_ACTIONS)('elasticloadbalancing:%s takes the parameters of its model', (action) => {
  expectSame(ELB_PARAMETERS[action], parameterNames(loadModel('elbv2'), action, 'query'));
});

described.each(EBS_ACTIONS)('%s has the shape of its model', (action) => {
  const model = loadModel('ebs');
  const operation = model.operations[action];
  const shape = model.shapes[operation?.input?.shape ?? ''];
  const members = Object.entries(shape?.members ?? {}).filter(([name]) => name !== shape?.payload);
  const at = (place: string | undefined) =>
    members
      .flatMap(([name, { location, locationName }]) => (location === place ? [locationName ?? name] : []))
      .sort();
  const { method, path, header, query, body } = EBS_SHAPES[action];
  expect({
    method,
    path,
    header: [...header].sort(),
    query: [...query].sort(),
    body: [...body].sort(),
  }).toEqual({
    method: operation?.http.method,
    path: operation?.http.requestUri,
    header: at('header'),
    query: at('querystring'),
    body: at(undefined),
  });
});

described('what every action answers is in its model', async () => {
  const fake = await startAwsFake({ pace: 0 });
  const clients = clientsOf(fake);
  try {
    await callEveryAction(fake, clients);
  } finally {
    clients.close();
    await fake.stop();
  }
  const models = {
    ec2: loadModel('ec2'),
    autoscaling: loadModel('autoscaling'),
    elasticloadbalancing: loadModel('elbv2'),
  };
  const strange = fake.calls
    .filter(({ service }) => service in models)
    .flatMap(({ service, action = '', name, answer = '' }) =>
      strangersIn(models[service as keyof typeof models], action, answer).map((path) => `${name} ${path}`),
    );
  expect([...new Set(strange)]).toEqual([]);
  const all = [
    ...EC2_ACTIONS.map((action) => `ec2:${action}`),
    ...AUTOSCALING_ACTIONS.map((action) => `autoscaling:${action}`),
    ...ELB_ACTIONS.map((action) => `elasticloadbalancing:${action}`),
  ];
  const answered = fake.calls.filter(({ status }) => status === 200).map(({ name }) => name);
  expect(all.filter((name) => !answered.includes(name))).toEqual([]);
});

described('an element that a model does not know is named', () => {
  const refresh = '<member><InstanceRefreshId>a</InstanceRefreshId><Wrong>b</Wrong></member>';
  const result = `<DescribeInstanceRefreshesResult><InstanceRefreshes>${refresh}</InstanceRefreshes></DescribeInstanceRefreshesResult>`;
  const answer = `<DescribeInstanceRefreshesResponse>${result}</DescribeInstanceRefreshesResponse>`;
  expect(strangersIn(loadModel('autoscaling'), 'DescribeInstanceRefreshes', answer)).toEqual([
    'InstanceRefreshes.member.Wrong',
  ]);
});
