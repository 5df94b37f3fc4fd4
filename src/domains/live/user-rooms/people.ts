/** The people of users' rooms: creator, host, co-hosts and speakers, in one statement for any number of rooms. */
import { asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type CardRow, cardColumnsFor, presentCard, type Reader } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { roomCoHosts, roomSpeakers, type UserRoomRow, userRooms } from './tables';

export type Card = ReturnType<typeof presentCard>;

export interface RoomPeople {
  readonly creator: Card;
  readonly host: Card;
  /** In the order in which they were named. */
  readonly coHosts: readonly Card[];
  /** In the order in which they came on the stage. Without the host. */
  readonly speakers: readonly (Card & { readonly muted: boolean; readonly since: number })[];
}

interface PersonRow {
  readonly roomId: string;
  readonly role: 'creator' | 'host' | 'coHost' | 'speaker';
  readonly since: number;
  readonly muted: number;
  readonly card: CardRow;
}

/** Those who decide about hands. */
export function hostsOf({ host, coHosts }: RoomPeople): string[] {
  return [host.id, ...coHosts.map(({ id }) => id)];
}

export interface RoomWithPeople {
  readonly room: UserRoomRow;
  readonly people: RoomPeople;
}

/** Undefined if the room does not exist. One wait. @param reader whom the cards are for; absent for events */
export async function findRoomWithPeople(
  ctx: Pick<Context, 'db'>,
  roomId: string,
  reader?: Reader,
): Promise<RoomWithPeople | undefined> {
  // NOTE: not a batch: D1 returns batch rows as objects, so columns with the same name collide.
  const [room, people] = await Promise.all([
    ctx.db.select().from(userRooms).where(eq(userRooms.id, roomId)).get(),
    readPeople(ctx, [roomId], reader),
  ]);
  const found = people.get(roomId);
  return room && found && { room, people: found };
}

export async function readPeople(
  ctx: Pick<Context, 'db'>,
  roomIds: readonly string[],
  reader?: Reader,
): Promise<ReadonlyMap<string, RoomPeople>> {
  if (roomIds.length === 0) return new Map();
  const rows = await peopleQuery(ctx, roomIds, reader);
  const rooms = Map.groupBy(rows, ({ roomId }) => roomId);
  return new Map([...rooms].flatMap(([roomId, persons]) => [[roomId, peopleOf(persons)] as const]));
}

function peopleQuery(ctx: Pick<Context, 'db'>, roomIds: readonly string[], reader: Reader): Promise<PersonRow[]> {
  const these = sql`IN (SELECT value FROM json_each(${JSON.stringify(roomIds)}))`;
  const persons = sql`(
    SELECT id AS room_id, creator_id AS user_id, 'creator' AS role, 0 AS since, 0 AS muted
      FROM ${userRooms} WHERE id ${these}
    UNION ALL SELECT id, host_id, 'host', 0, 0 FROM ${userRooms} WHERE id ${these}
    UNION ALL SELECT room_id, user_id, 'coHost', created_at, 0 FROM ${roomCoHosts} WHERE room_id ${these}
    UNION ALL SELECT room_id, user_id, 'speaker', since, muted FROM ${roomSpeakers} WHERE room_id ${these}) AS person`;
  return ctx.db
    .select({
      roomId: sql<string>`person.room_id`.as('person_room'),
      role: sql<PersonRow['role']>`person.role`.as('person_role'),
      since: sql<number>`person.since`.as('person_since'),
      muted: sql<number>`person.muted`.as('person_muted'),
      card: cardColumnsFor(reader),
    })
    .from(persons)
    .innerJoin(users, eq(users.id, sql`person.user_id`))
    .orderBy(sql`person.since`, asc(users.id));
}

function peopleOf(rows: readonly PersonRow[]): RoomPeople {
  const inRole = (role: PersonRow['role']) => rows.filter((row) => row.role === role);
  const one = (role: PersonRow['role']) => {
    const [row] = inRole(role);
    if (!row) throw new Error(`A room without a ${role}`);
    return presentCard(row.card);
  };
  return {
    creator: one('creator'),
    host: one('host'),
    coHosts: inRole('coHost').map(({ card }) => presentCard(card)),
    speakers: inRole('speaker').map(({ card, muted, since }) => ({ ...presentCard(card), muted: muted === 1, since })),
  };
}
