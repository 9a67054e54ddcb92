import { TestedStack } from '../../../constructs/testing';
import {
  toConnectOnly,
  toKeepImages,
  toLetCall,
  toOpenOnlyPorts,
} from '../../../constructs/testing/stack-matchers';
import { shop } from './fixtures';

describe('toOpenOnlyPorts', () => {
  test('knows the ports of this machine', () => {
    expect(shop()).toOpenOnlyPorts([8080]);
    expect(shop()).not.toOpenOnlyPorts([]);
  });

  test('says which port is open and was not expected, and the other way round', () => {
    expect(toOpenOnlyPorts(shop(), [443]).message()).toBe(
      "expected stack 'shop' to open only the ports 443; found:\n  8080: kiln_local_service.web\n  443 is not open",
    );
    expect(toOpenOnlyPorts(shop(), [8080]).message()).toBe(
      "expected stack 'shop' not to open only the ports 8080; found:\n  8080: kiln_local_service.web",
    );
  });

  test('expects no port that the runtime chooses', () => {
    const stack = shop({ change: ({ api }) => api.expose() });
    expect(toOpenOnlyPorts(stack, [8080])).toMatchObject({ pass: false });
    expect(toOpenOnlyPorts(stack, [8080]).message()).toContain(
      'a port that is not known at synth: kiln_local_service.api, any free port of this machine',
    );
  });
});

describe('toLetCall', () => {
  test('goes one way', () => {
    expect(shop()).toLetCall('web', 'api');
    expect(shop()).not.toLetCall('api', 'web');
  });

  test('says whom it may call', () => {
    expect(toLetCall(shop(), 'api', 'web').message()).toBe(
      "expected stack 'shop' to let 'api' call 'web'; found:\n  'api' may call nobody (kiln_local_service.api)",
    );
    expect(toLetCall(shop(), 'web', 'api').message()).toContain(
      "'web' may call 'api' (kiln_local_service.web)",
    );
  });

  test.each([
    ['wbe', 'api'],
    ['api', 'wbe'],
  ])('refuses names that no service has (%s, %s)', (caller, callee) => {
    expect(() => toLetCall(shop(), caller, callee)).toThrow("there is no service 'wbe' in stack 'shop'");
  });
});

describe('toConnectOnly', () => {
  test('wants every call and no other', () => {
    expect(shop()).toConnectOnly({ web: ['api'] });
    expect(shop()).not.toConnectOnly({});
    expect(shop()).not.toConnectOnly({ web: ['api'], api: ['web'] });
  });

  test('says which call is too many and which is missing', () => {
    expect(toConnectOnly(shop(), { api: ['web'] }).message()).toBe(
      "expected stack 'shop' to connect only api -> web; found:\n" +
        '  web -> api (kiln_local_service.web)\n' +
        '  api -> web is not let through',
    );
  });
});

describe('toRunImage', () => {
  const digestOf = (name: string) => TestedStack.of(shop()).findService(name).digest;

  test('compares the digest of one service, or of each', () => {
    expect(shop()).toRunImage(digestOf('web'), 'web');
    expect(shop()).not.toRunImage(digestOf('web'));
  });

  test('refuses what is no digest', () => {
    expect(() => expect(shop()).not.toRunImage('latest')).toThrow(
      'the digest of an image is "latest"; give \'sha256:\' and 64 hexadecimal digits',
    );
  });
});

test('toKeepImages says that the local runtime keeps none', () => {
  expect(shop()).not.toKeepImages(5);
  expect(toKeepImages(shop(), 5, 'web').message()).toBe(
    "expected stack 'shop' to keep 5 earlier images of 'web'; found:\n" +
      "  'web' keeps none: the local runtime makes them again from the kernel (kiln_local_service.web)",
  );
});
