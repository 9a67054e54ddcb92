import { Duration } from '../../../constructs';
import { Balancer } from '../../../constructs/aws/balancer';
import { refusal } from '../../helpers/refusal';

test('a balancer can be deleted, and an application balancer speaks HTTP/2', () => {
  expect(Balancer.network().toSpec()).toMatchObject({ kind: 'network', deletionProtection: false });
  expect(Balancer.application().toSpec()).toEqual({
    kind: 'application',
    deletionProtection: false,
    http2: true,
    idleTimeoutS: 60,
  });
});

test('everything can be chosen', () => {
  expect(Balancer.network({ deletionProtection: true }).toSpec().deletionProtection).toBe(true);
  const options = { deletionProtection: true, http2: false, idleTimeout: Duration.minutes(5) };
  expect(Balancer.application(options).toSpec()).toEqual({
    kind: 'application',
    deletionProtection: true,
    http2: false,
    idleTimeoutS: 300,
  });
});

test.each([
  [Duration.ZERO, '0 ms'],
  [Duration.milliseconds(1500), '1.5 s'],
  [Duration.seconds(4001), '66.68333333333334 min'],
])('refuses an idle timeout that AWS does not take: %s', (idleTimeout, text) => {
  expect(refusal(() => Balancer.application({ idleTimeout }))).toEqual([
    'constructs.balancer',
    `'idleTimeout' is ${text}; AWS takes whole seconds from 1 to 4000`,
  ]);
});
