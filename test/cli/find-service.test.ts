import { findService } from '../../lib/cli/find-service';
import type { ServiceStatus } from '../../lib/spec';

const services = (...names: string[]) => names.map((name) => ({ name }) as ServiceStatus);

test('a service is found by its whole name, or by its own where that is clear', () => {
  const all = services('shop-web', 'shop-api', 'web');
  expect(findService(all, 'shop-web').name).toBe('shop-web');
  expect(findService(all, 'api').name).toBe('shop-api');
  expect(findService(all, 'web').name).toBe('web');
});

test('refuses a name that several have', () => {
  expect(() => findService(services('a-web', 'b-web'), 'web')).toThrow(
    "'web' may be a-web, b-web; give the whole name",
  );
});

test('refuses an unknown name, and lists those there are', () => {
  expect(() => findService(services('a-web'), 'api')).toThrow("there is no service 'api'; there is a-web");
  expect(() => findService([], 'api')).toThrow("there is no service 'api'; there is none at all");
});
