import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { UnikernelImage, UnikernelService } from '../../constructs';
import { hashImage, imageDigest, loadLoader } from '../../lib/image';
import { LocalStack } from '../../stacks';
import { osvDisk } from '../fixtures/images';
import { kernelFile, localStack, resource, synth, temporaryFolder } from './fixtures';

const kernel = kernelFile();
const image = UnikernelImage.fromKernel(kernel, { bootArgs: ['--greeting=hello'] });

function services(stack = localStack()) {
  const make = (id: string, port: number) => new UnikernelService(stack, id, { image, port });
  return { stack, web: make('web', 8080), api: make('api', 9000), db: make('db', 9100) };
}

test('the consumer gets an address for each peer, in the order of declaration', () => {
  const { stack, web, api, db } = services();
  web.connections.allowTo(db);
  web.connections.allowTo(api);
  expect(resource(stack, 'web').peers).toEqual([
    { service: 'shop-db', address: '10.0.2.100', port: 9100 },
    { service: 'shop-api', address: '10.0.2.101', port: 9000 },
  ]);
});

test("the consumer is told the peer's address after its own boot arguments", () => {
  const { stack, web, api } = services();
  web.connections.allowTo(api);
  expect(resource(stack, 'web').image.boot_args).toEqual(['--greeting=hello', '--api=10.0.2.100:9000']);
});

test('the boot argument can have another name', () => {
  const { stack, web, api } = services();
  web.connections.allowTo(api, { bootArg: '--backend' });
  expect(resource(stack, 'web').image.boot_args).toContain('--backend=10.0.2.100:9000');
});

test("the address is part of the consumer's digest", () => {
  const { stack, web, api } = services();
  web.connections.allowTo(api);
  const { digest, boot_args } = resource(stack, 'web').image;
  expect(digest).toBe(
    imageDigest({
      sha256: hashImage(kernel).sha256,
      kind: 'kernel',
      boot: 'disk',
      bootArgs: boot_args,
      loaderDigest: loadLoader().digest,
    }),
  );
});

test('the peer is not changed by it', () => {
  const { stack, web, api } = services();
  web.connections.allowTo(api);
  expect(resource(stack, 'api')).toMatchObject({ peers: [], host_port: 'none' });
});

test('the peer comes first', () => {
  const { stack, web, api, db } = services();
  web.connections.allowTo(api);
  web.connections.allowTo(db);
  expect(resource(stack, 'web').depends_on).toEqual(['kiln_local_service.api', 'kiln_local_service.db']);
});

test('in a circle, the connection that would close it orders nothing', () => {
  const { stack, web, api, db } = services();
  web.connections.allowTo(api);
  api.connections.allowTo(db);
  db.connections.allowTo(web);
  const { api: second, db: third } = synth(stack).resource.kiln_local_service;
  expect(second?.depends_on).toEqual(['kiln_local_service.db']);
  expect(third?.depends_on).toBeUndefined();
  expect(third?.peers).toEqual([{ service: 'shop-web', address: '10.0.2.100', port: 8080 }]);
});

test('declaring a connection again changes nothing', () => {
  const { stack, web, api } = services();
  web.connections.allowTo(api);
  web.connections.allowTo(api);
  expect(resource(stack, 'web').peers).toHaveLength(1);
});

test('a disk is connected without a boot argument', () => {
  const stack = localStack();
  const { api } = services(stack);
  const web = new UnikernelService(stack, 'disk', { image: UnikernelImage.fromDisk(disk()), port: 80 });
  web.connections.allowTo(api);
  expect(resource(stack, 'disk')).toMatchObject({
    image: { boot_args: [] },
    peers: [{ service: 'shop-api', address: '10.0.2.100', port: 9000 }],
  });
});

test("a disk's own boot arguments are followed by the peer's address where it is asked for", () => {
  const stack = localStack();
  const { api } = services(stack);
  const image = UnikernelImage.fromDisk(disk(osvDisk()), { bootArgs: ['/hello'] });
  const web = new UnikernelService(stack, 'disk', { image, port: 80 });
  web.connections.allowTo(api, { bootArg: '--api' });
  expect(resource(stack, 'disk').image.boot_args).toEqual(['/hello', '--api=10.0.2.100:9000']);
});

test('refuses a boot argument in place of those that a disk has in it', () => {
  const stack = localStack();
  const { api } = services(stack);
  const web = new UnikernelService(stack, 'disk', { image: UnikernelImage.fromDisk(disk()), port: 80 });
  expect(() => web.connections.allowTo(api, { bootArg: '--api' })).toThrow(
    "'bootArg' is '--api', but the image of 'shop/disk' is a whole disk with its own boot arguments, of which this one " +
      "would take the place; give all of them with the image's 'bootArgs' where its system has a place for them, or " +
      "leave 'bootArg' out",
  );
});

test('refuses a connection to itself', () => {
  const { web } = services();
  expect(() => web.connections.allowTo(web)).toThrow(
    "'shop/web' is to be connected to itself, which needs no connection; name another service",
  );
});

test("refuses another stack's service", () => {
  const app = new App({ outdir: temporaryFolder() });
  const { web } = services(new LocalStack(app, 'shop'));
  const { api } = services(new LocalStack(app, 'bank'));
  expect(() => web.connections.allowTo(api)).toThrow(
    "'shop/web' is in stack 'shop' and its peer 'bank/api' in stack 'bank'; " +
      'connections stay within one stack, so put both into the same',
  );
});

test('refuses two names for one peer', () => {
  const { web, api } = services();
  web.connections.allowTo(api);
  expect(() => web.connections.allowTo(api, { bootArg: '--other' })).toThrow(
    "'shop/web' already knows 'shop/api' by boot argument '--api', and now by '--other'; use one of them",
  );
});

test('refuses one name for two peers', () => {
  const { web, api, db } = services();
  web.connections.allowTo(api);
  expect(() => web.connections.allowTo(db, { bootArg: '--api' })).toThrow(
    "boot argument '--api' of 'shop/web' already holds the address of 'shop/api'; " +
      "give the address of 'shop/db' another one with 'bootArg'",
  );
});

test('refuses a name that the image already sets', () => {
  const { web, api } = services();
  expect(() => web.connections.allowTo(api, { bootArg: '--greeting' })).toThrow(
    "boot argument '--greeting' of 'shop/web' already is set by the image ('--greeting=hello'); " +
      "give the address of 'shop/api' another one with 'bootArg'",
  );
});

test.each(['', '--a b', '--api='])('refuses %j as the name of a boot argument', (bootArg) => {
  const { web, api } = services();
  expect(() => web.connections.allowTo(api, { bootArg })).toThrow(
    `'bootArg' is ${JSON.stringify(bootArg)}; give a name without spaces and '=', such as '--api'`,
  );
});

test('refuses more peers than the network has addresses for', () => {
  const stack = localStack();
  const { web } = services(stack);
  const connect = (index: number) =>
    web.connections.allowTo(new UnikernelService(stack, `p${index}`, { image, port: 80 }), {
      bootArg: `-${index}`,
    });
  for (let index = 0; index < 155; index += 1) connect(index);
  expect(() => connect(155)).toThrow(
    "'shop/web' has 155 connections, as many as its network has addresses for; " +
      'put a service in between that passes calls on',
  );
});

function disk(bytes = bootSector()): string {
  const path = join(temporaryFolder(), 'disk.raw');
  writeFileSync(path, bytes);
  return path;
}

function bootSector(): Buffer {
  const bytes = Buffer.alloc(1024 * 1024);
  bytes.set([0xeb, 0xfe]);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}
