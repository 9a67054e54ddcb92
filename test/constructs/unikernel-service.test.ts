import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformOutput, TerraformStack, TerraformVariable, Testing } from 'cdktf';
import {
  Duration,
  HealthCheck,
  RollingUpdatePolicy,
  Size,
  UnikernelImage,
  UnikernelService,
  type UnikernelServiceProps,
} from '../../constructs';
import type { LocalService } from '../../constructs/bindings';
import { parseServiceSpec } from '../../lib/spec';
import { solo5 } from '../fixtures/images';
import { kernelFile, localStack, resource, synth, temporaryFolder } from './fixtures';

const image = UnikernelImage.fromKernel(kernelFile());

function service(props: Partial<UnikernelServiceProps> = {}, stack = localStack()) {
  return new UnikernelService(stack, 'web', { image, port: 8080, ...props });
}

describe('a service with nothing but an image and a port', () => {
  const stack = localStack();
  service({}, stack);
  const web = resource(stack, 'web');

  test('is named by stack and construct', () => {
    expect(web.name).toBe('shop-web');
  });

  test('has one instance of 32 MiB that drains for 10 seconds', () => {
    expect(web).toMatchObject({ instances: 1, memory_mib: 32, port: 8080, drain_ms: 10_000 });
  });

  test('has the memory that its system boots with, where one is recognised', () => {
    const path = join(temporaryFolder(), 'web.virtio');
    writeFileSync(path, solo5(3));
    const other = localStack();
    service({ image: UnikernelImage.fromKernel(path) }, other);
    expect(resource(other, 'web').memory_mib).toBe(64);
  });

  test('is reached by nobody and calls nobody', () => {
    expect(web).toMatchObject({ host_port: 'none', peers: [] });
  });

  test('is checked by TCP', () => {
    expect(web.health_check).toEqual({
      protocol: 'tcp',
      path: '/',
      interval_ms: 1000,
      timeout_ms: 1000,
      healthy_threshold: 1,
      unhealthy_threshold: 3,
      boot_deadline_ms: 60_000,
    });
  });

  test('rolls one instance at a time and misses none', () => {
    expect(web.update).toEqual({
      strategy: 'rolling',
      max_surge: '1',
      max_unavailable: '0',
      bake_ms: 0,
      health_timeout_ms: 60_000,
      steps: [],
      rollback: true,
    });
  });
});

test('every prop reaches the resource', () => {
  const stack = localStack();
  service(
    {
      instances: 3,
      memory: Size.mebibytes(64),
      healthCheck: HealthCheck.http('/healthz', { unhealthyThreshold: 2 }),
      update: RollingUpdatePolicy.rolling({
        maxSurge: '50%',
        maxUnavailable: 1,
        bakeTime: Duration.seconds(5),
        steps: [{ percent: 10, pause: Duration.seconds(1) }],
      }),
      drainTimeout: Duration.seconds(2),
    },
    stack,
  );
  expect(resource(stack, 'web')).toMatchObject({
    instances: 3,
    memory_mib: 64,
    drain_ms: 2000,
    health_check: { protocol: 'http', path: '/healthz', unhealthy_threshold: 2 },
    update: {
      max_surge: '50%',
      max_unavailable: '1',
      bake_ms: 5000,
      steps: [{ percent: 10, pause_ms: 1000 }],
    },
  });
});

test('the resource in the tree is what the runtime accepts', () => {
  const web = service({ instances: 2 });
  web.expose({ port: 8080 });
  const { name, image, instances, memoryMib, port, hostPort, peers, healthCheck, update, drainMs } =
    web.node.findChild('Resource') as LocalService;
  const spec = { name, image, instances, memoryMib, port, peers, healthCheck, update, drainMs };
  expect(parseServiceSpec({ ...spec, hostPort: Number(hostPort) })).toMatchObject({ name: 'shop-web' });
});

test('the resource can be overridden', () => {
  const stack = localStack();
  const web = service({}, stack);
  (web.node.findChild('Resource') as LocalService).addOverride('memory_mib', 48);
  expect(resource(stack, 'web').memory_mib).toBe(48);
});

test('a number of instances that only Terraform knows is passed on', () => {
  const stack = localStack();
  const count = new TerraformVariable(stack, 'count', { type: 'number' });
  service({ instances: count.numberValue }, stack);
  expect(resource(stack, 'web').instances).toBe(`\${var.count}`);
});

describe('exposing', () => {
  test('takes any free port of the host', () => {
    const stack = localStack();
    service({}, stack).expose();
    expect(resource(stack, 'web').host_port).toBe('auto');
  });

  test('takes the port that is asked for', () => {
    const stack = localStack();
    service({}, stack).expose({ port: 8088 });
    expect(resource(stack, 'web').host_port).toBe('8088');
  });

  test('makes an output with the endpoint', () => {
    const stack = localStack();
    service({}, stack).expose();
    expect(synth(stack).output).toEqual({ web_endpoint: { value: `\${kiln_local_service.web.endpoint}` } });
  });

  test('may be said twice', () => {
    const stack = localStack();
    const web = service({}, stack);
    web.expose({ port: 8088 });
    web.expose({ port: 8088 });
    expect(resource(stack, 'web').host_port).toBe('8088');
  });

  test('refuses two ports for one service', () => {
    const web = service();
    web.expose({ port: 8088 });
    expect(() => web.expose()).toThrow(
      "'shop/web' is already exposed with port 8088, and now with auto; expose it once",
    );
  });

  test('refuses one port for two services', () => {
    const stack = localStack();
    service({}, stack).expose({ port: 8088 });
    const api = new UnikernelService(stack, 'api', { image, port: 9000 });
    expect(() => api.expose({ port: 8088 })).toThrow(
      "'port' 8088 is wanted by 'shop/web' and by 'shop/api'; give one of them another port, " +
        "or leave 'port' out for a free one",
    );
  });

  test.each([0, 65536, 80.5])('refuses the port %d', (port) => {
    expect(() => service().expose({ port })).toThrow(
      `'port' is ${port}; give a whole number from 1 to 65535`,
    );
  });

  test('refuses a port that only Terraform knows', () => {
    const stack = localStack();
    const port = new TerraformVariable(stack, 'p', { type: 'number' }).numberValue;
    expect(() => service({}, stack).expose({ port })).toThrow(
      "'port' is a token, known only when Terraform runs, but it is needed at synth because " +
        'two services must not take the same one; give a plain value',
    );
  });
});

test('the endpoint is a token for other resources and outputs', () => {
  const stack = localStack();
  new TerraformOutput(stack, 'url', { value: `${service({}, stack).endpoint}/healthz` });
  expect(synth(stack).output).toEqual({ url: { value: `\${kiln_local_service.web.endpoint}/healthz` } });
});

test.each([0, -1, 65536, 1.5, Number.NaN])('refuses the port %d', (port) => {
  expect(() => service({ port })).toThrow(`'port' is ${port}; give a whole number from 1 to 65535`);
});

test.each([0, -1, 101, 2.5])('refuses %d instances', (instances) => {
  expect(() => service({ instances })).toThrow(
    `'instances' is ${instances}; give a whole number from 1 to 100`,
  );
});

test('refuses a port that only Terraform knows', () => {
  const stack = localStack();
  const port = new TerraformVariable(stack, 'p', { type: 'number' }).numberValue;
  expect(() => service({ port }, stack)).toThrow(
    "'port' is a token, known only when Terraform runs, but it is needed at synth because " +
      'it is part of the addresses that other services get; give a plain value',
  );
});

test.each([
  [Size.kibibytes(2500), '2.44140625 MiB'],
  [Size.mebibytes(1), '1 MiB'],
  [Size.gibibytes(1025), '1025 GiB'],
])('refuses memory of %s', (memory, seen) => {
  expect(() => service({ memory })).toThrow(`'memory' is ${seen}; give whole MiB, from 2 MiB to 1024 GiB`);
});

test('refuses a share that comes to no instance at all', () => {
  const update = RollingUpdatePolicy.rolling({ maxSurge: 0, maxUnavailable: '10%' });
  expect(() => service({ instances: 3, update })).toThrow(
    "'maxUnavailable' is 10%, which of 3 'instances' comes to 0, and 'maxSurge' is 0, so no instance could ever be " +
      'replaced; set one of them to 1 or more',
  );
  expect(() => service({ instances: 10, update })).not.toThrow();
});

test('refuses a service outside of a stack with a platform', () => {
  const stack = new TerraformStack(Testing.app(), 'plain');
  expect(() => new UnikernelService(stack, 'web', { image, port: 80 })).toThrow(
    "'plain/web' is not inside a stack with a platform, so there is nowhere to run it; " +
      "create it in a stack such as LocalStack from 'kiln-cdk/stacks'",
  );
});
