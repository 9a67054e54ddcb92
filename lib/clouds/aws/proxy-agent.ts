import type { ClientRequest } from 'node:http';
import { type AgentOptions, Agent as DirectAgent } from 'node:https';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { KilnError } from '../../errors';
import { goesDirectly } from './proxy';

/** HTTPS through a proxy, but for the hosts that NO_PROXY exempts. */
export class ProxyAgent extends Agent {
  private readonly direct: DirectAgent;
  private readonly tunnel: HttpsProxyAgent<string>;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.direct = new DirectAgent(options);
    this.tunnel = new Tunnel(proxy.href, options);
  }

  override connect(_request: ClientRequest, { host, port }: AgentConnectOpts): DirectAgent | Agent {
    return goesDirectly(host ?? '', port) ? this.direct : this.tunnel;
  }

  override destroy(): void {
    this.direct.destroy();
    this.tunnel.destroy();
    super.destroy();
  }
}

/** What a proxy refuses is its own answer, not that of AWS. */
class Tunnel extends HttpsProxyAgent<string> {
  override async connect(
    request: ClientRequest,
    options: AgentConnectOpts,
  ): ReturnType<HttpsProxyAgent<string>['connect']> {
    let answer = { statusCode: 200, statusText: '' };
    request.once('proxyConnect', (given: typeof answer) => {
      answer = given;
    });
    const socket = await super.connect(request, options);
    if (answer.statusCode === 200) return socket;
    socket.destroy();
    throw refusal(this.proxy.host, `${options.host}:${options.port}`, answer);
  }
}

function refusal(
  proxy: string,
  target: string,
  { statusCode, statusText }: { statusCode: number; statusText: string },
): Error {
  const message =
    `the proxy ${proxy} does not lead to ${target}: it answered ${statusCode} ${statusText}`.trim();
  // Of a gateway, which may find the way a moment later; for callers it is one more kind of network.
  if (statusCode >= 500) return Object.assign(new Error(message), { code: 'EHOSTUNREACH' });
  return new KilnError(message, {
    code: 'aws.proxy',
    remedy:
      statusCode === 407
        ? 'Give its user and password in HTTPS_PROXY, as in http://user:password@proxy.example:3128.'
        : 'Have it allow that, name another in HTTPS_PROXY, or exempt the host in NO_PROXY.',
  });
}
