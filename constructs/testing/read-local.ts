import {
  type JsonObject,
  type JsonResource,
  leaves,
  listIn,
  numberIn,
  objectIn,
  textIn,
} from './terraform-json';
import { readUpdate, type TestedPort, type TestedService } from './tested-service';

const LOCAL_SERVICE = 'kiln_local_service';

/** The services that run in the local runtime. */
export function readLocalServices(resources: readonly JsonResource[]): TestedService[] {
  const local = resources.filter(({ type }) => type === LOCAL_SERVICE);
  const names = new Map(local.map((one) => [textIn(one.arguments.name), nameOf(one)]));
  return local.map((resource) => {
    const { address, arguments: args } = resource;
    const instances = numberIn(args.instances);
    return {
      name: nameOf(resource),
      address,
      digest: textIn(objectIn(args.image).digest) ?? '',
      instances: instances === undefined ? undefined : { min: instances, max: instances },
      update: readUpdate(args.update, address),
      calls: listIn(args.peers).map((peer) => {
        const name = textIn(objectIn(peer).service) ?? '';
        return { to: names.get(name) ?? name, where: address };
      }),
      keepsImages: undefined,
      holders: [`${args.name} (${address})`],
      launch: launchOf(resource),
    };
  });
}

/** The ports of this machine that lead to a service. */
export function readLocalPorts(resources: readonly JsonResource[]): TestedPort[] {
  return resources
    .filter(({ type, arguments: args }) => type === LOCAL_SERVICE && args.host_port !== 'none')
    .map(({ address, arguments: args }) => {
      const port = numberIn(args.host_port);
      const where = port === undefined ? `${address}, any free port of this machine` : address;
      return { range: port === undefined ? undefined : { from: port, to: port }, where };
    });
}

/** The construct's own `Resource`. */
function nameOf({ path }: JsonResource): string {
  return path.slice(0, -1).join('/') || path.join('/');
}

/** As `revisionOf` in lib/spec has it. */
function launchOf({ arguments: args }: JsonResource): Map<string, string> {
  const image = objectIn(args.image);
  const peers = listIn(args.peers).map(objectIn).map(peerText).sort();
  return new Map([
    ['image.digest', String(image.digest)],
    ...leaves(image.drivers, 'image.drivers'),
    ['memory_mib', String(args.memory_mib)],
    ['port', String(args.port)],
    ...peers.map((peer, index): [string, string] => [`peers.${index}`, peer]),
  ]);
}

function peerText({ service, address, port }: JsonObject): string {
  return `${service} at ${address}:${port}`;
}
