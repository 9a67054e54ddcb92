import { Duration, HealthCheck } from '../../../constructs';
import { targetHealth } from '../../../constructs/aws/target-health';
import fc from '../../helpers/property';
import { refusal } from '../../helpers/refusal';

test('a check as often as possible becomes as often as AWS can', () => {
  expect(targetHealth(HealthCheck.tcp().toSpec(), 'network')).toEqual({
    protocol: 'TCP',
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  });
});

test('what AWS can say is said as it is, in whole seconds', () => {
  const check = HealthCheck.http('/healthz', {
    interval: Duration.milliseconds(19_001),
    timeout: Duration.milliseconds(2500),
    healthyThreshold: 4,
    unhealthyThreshold: 7,
  });
  expect(targetHealth(check.toSpec(), 'network')).toEqual({
    protocol: 'HTTP',
    path: '/healthz',
    matcher: '200-399',
    interval: 20,
    timeout: 3,
    healthyThreshold: 4,
    unhealthyThreshold: 7,
  });
});

test('an application balancer asks over HTTP also where a connection would do, and takes any answer of a server that works', () => {
  expect(targetHealth(HealthCheck.tcp().toSpec(), 'application')).toMatchObject({
    protocol: 'HTTP',
    path: '/',
    matcher: '200-499',
  });
  expect(targetHealth(HealthCheck.http('/up').toSpec(), 'application')).toMatchObject({
    path: '/up',
    matcher: '200-399',
  });
});

test('refuses more successes than AWS can ask for', () => {
  const check = HealthCheck.tcp({ healthyThreshold: 11 }).toSpec();
  expect(refusal(() => targetHealth(check, 'network'))).toEqual([
    'constructs.health-check',
    "'healthyThreshold' is 11, and AWS asks for at most 10 successes in a row; set it to 10 or less, with a longer " +
      "'interval' where the time matters",
  ]);
});

test("everything else is within AWS' limits, and the timeout below the interval", () => {
  const times = fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000_000 }));
  const thresholds = fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 100 }));
  fc.assert(
    fc.property(times, thresholds, ([a, b], [healthyThreshold, unhealthyThreshold]) => {
      const check = HealthCheck.tcp({
        interval: Duration.milliseconds(Math.max(a, b)),
        timeout: Duration.milliseconds(Math.min(a, b)),
        healthyThreshold,
        unhealthyThreshold,
      });
      const health = targetHealth(check.toSpec(), 'network') as Record<string, number>;
      expect(health.interval).toBeGreaterThan(health.timeout as number);
      expect(within(health.interval, 5, 300)).toBe(true);
      expect(within(health.timeout, 2, 120)).toBe(true);
      expect(health.healthyThreshold).toBe(Math.max(2, healthyThreshold));
      expect(health.unhealthyThreshold).toBe(Math.min(10, Math.max(2, unhealthyThreshold)));
    }),
  );
});

function within(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && value >= min && value <= max;
}
