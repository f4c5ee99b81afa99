import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections on which nothing was ever said, as browsers open them ahead of need. Node counts them neither as idle nor as
 * timed out once a server closes, so each would hold up the end for as long as a silent call may last.
 */
export function silentConnections(server: Server): { end(): void } {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    end: () => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}
