import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../errors';
import { linesOf } from '../http-client';
import type { Balancer } from './balancer';
import { BALANCER_PROTOCOL, type ControlRequest, type ControlResponse } from './control';

/** Answers the daemon; requests of one connection are done in order. */
export function controlServer(balancer: Balancer, onShutdown: () => void): Server {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    void serve(socket, balancer, onShutdown).catch(() => socket.destroy());
  });
  return server;
}

async function serve(socket: Socket, balancer: Balancer, onShutdown: () => void): Promise<void> {
  for await (const line of linesOf(socket)) {
    const request = JSON.parse(line) as ControlRequest;
    const response = await answer(request, balancer);
    socket.write(`${JSON.stringify(response)}\n`);
    if (request.method === 'shutdown') socket.end(onShutdown);
  }
}

async function answer(request: ControlRequest, balancer: Balancer): Promise<ControlResponse> {
  const { id } = request;
  try {
    switch (request.method) {
      case 'hello':
        return { id, result: { protocol: BALANCER_PROTOCOL, pid: process.pid } };
      case 'set':
        return { id, result: await balancer.set(request.fronts) };
      case 'stats':
        return { id, result: balancer.stats() };
      case 'shutdown':
        return { id, result: null };
    }
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}
