import type { AddMember, Me, MemberView, NewRoomTicket, Role, RoomTicket, Ticket } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** `/api/auth`, as someone who is signed in; signing in itself is `client.session`. */
export function authRoutes(request: Request) {
  return {
    me: (): Promise<Me> => request('GET', '/api/auth/me'),
    /** Opens one socket, once, within a minute. The connection fetches its own. */
    ticket: (tenant: string): Promise<Ticket> => request('POST', '/api/auth/ticket', { body: { tenant }, tenant }),
    /** Opens one room for Yjs clients that are not ours, again and again until it is over. */
    roomTicket: (body: NewRoomTicket): Promise<RoomTicket> => request('POST', '/api/auth/room-tickets', { body }),
    members: (): Promise<MemberView[]> => request('GET', '/api/auth/members'),
    addMember: (body: AddMember, options?: CallOptions): Promise<MemberView> =>
      request('POST', '/api/auth/members', { ...options, body }),
    changeMember: (account: string, role: Role): Promise<MemberView> =>
      request('PATCH', `/api/auth/members/${account}`, { body: { role } }),
    removeMember: (account: string): Promise<void> => request('DELETE', `/api/auth/members/${account}`),
  };
}
