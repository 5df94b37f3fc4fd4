/** Rooms that users open, and people who come in over HTTP and a real socket. */
import { env } from 'cloudflare:workers';
import { readConfig } from '@/config';
import { readPass } from '@/domains/live/rooms/pass';
import { type Client, joinRoom } from './rooms';
import type { Person } from './users';

/** Opens a room of this host over HTTP. */
export async function aRoom(host: Pick<Person, 'post'>, details: Record<string, unknown> = {}) {
  const { status, data, error } = await host.post('rooms', { title: 'A room', ...details });
  if (status !== 201) throw new Error(`No room: ${error?.code}`);
  return data as { id: string; title: string; host: { id: string } } & Record<string, unknown>;
}

/** Joins as a client does: over HTTP, then with the pass from there. */
export async function comeIn(person: Pick<Person, 'post'>, roomId: string): Promise<Client & { answer: Joined }> {
  const { data, error } = await person.post(`rooms/${roomId}/join`);
  if (!data) throw new Error(`Not let in: ${error.code}`);
  const pass = await readPass({ config: readConfig(env), now: () => Date.now() }, data.pass);
  if (!pass) throw new Error('The pass is not one');
  const seat = await joinRoom(roomId, pass.viewer, { pass });
  return { ...seat, answer: data };
}

interface Joined {
  readonly media: { readonly token: string; readonly room: string; readonly identity: string } | null;
  readonly you: { readonly host: boolean; readonly coHost: boolean; readonly speaker: boolean };
  readonly [field: string]: unknown;
}
