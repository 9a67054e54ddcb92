import { Duration, HealthCheck } from '../../constructs';

test('a TCP check has documented defaults', () => {
  expect(HealthCheck.tcp().toSpec()).toEqual({
    protocol: 'tcp',
    path: '/',
    intervalMs: 1000,
    timeoutMs: 1000,
    healthyThreshold: 1,
    unhealthyThreshold: 3,
    bootDeadlineMs: 60_000,
  });
});

test('an HTTP check has its path and what was given', () => {
  const check = HealthCheck.http('/healthz?deep=1', {
    interval: Duration.seconds(5),
    timeout: Duration.seconds(2),
    healthyThreshold: 2,
    unhealthyThreshold: 5,
    bootDeadline: Duration.minutes(2),
  });
  expect(check.toSpec()).toEqual({
    protocol: 'http',
    path: '/healthz?deep=1',
    intervalMs: 5000,
    timeoutMs: 2000,
    healthyThreshold: 2,
    unhealthyThreshold: 5,
    bootDeadlineMs: 120_000,
  });
});

test('the default timeout is never longer than the interval', () => {
  expect(HealthCheck.tcp({ interval: Duration.milliseconds(200) }).toSpec().timeoutMs).toBe(200);
});

test.each(['healthz', '', '/a b', '/a\nb', '/ä'])('refuses the path %j', (path) => {
  expect(() => HealthCheck.http(path)).toThrow(
    `the path of a health check is ${JSON.stringify(path)}; give one that begins with '/' and holds no spaces, ` +
      "such as '/healthz'",
  );
});

test('refuses a timeout longer than the interval', () => {
  expect(() => HealthCheck.tcp({ interval: Duration.seconds(1), timeout: Duration.seconds(2) })).toThrow(
    "'timeout' is 2 s and 'interval' 1 s, so checks would overlap; set 'timeout' to at most the interval",
  );
});

test.each(['interval', 'timeout', 'bootDeadline'])("refuses '%s' of 0", (option) => {
  expect(() => HealthCheck.tcp({ [option]: Duration.ZERO })).toThrow(
    `'${option}' of a health check is 0 ms; give at least 1 ms`,
  );
});

test.each(['healthyThreshold', 'unhealthyThreshold'])("refuses '%s' outside of 1 to 100", (option) => {
  for (const value of [0, 101, 1.5, -1]) {
    expect(() => HealthCheck.tcp({ [option]: value })).toThrow(
      `'${option}' is ${value}; give a whole number from 1 to 100`,
    );
  }
});
