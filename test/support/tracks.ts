/** DJs and their tracks, over the API: uploaded, and processed by hand, so that a test says when and by which scanner. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Context } from '@/contracts/context';
import { processTrack } from '@/domains/live/tracks/process';
import { setList, tracks } from '@/domains/live/tracks/tables';
import { clientWith } from './app';
import { mp3, ownWav } from './audio';
import { testContext } from './context';
import { form, png } from './files';
import { recordingQueue } from './queues';
import { anOpenStream } from './streams';
import { asDj, type Person } from './users';

interface Given {
  readonly title?: string;
  readonly name?: string;
}

/** Its task waits until `processed`. */
export function uploaded(dj: Pick<Person, 'headers'>, bytes: Uint8Array = ownWav(), { title, name }: Given = {}) {
  const body = form('file', bytes, title === undefined ? {} : { title }, name ?? 'a track.wav');
  return clientWith({ TASKS: recordingQueue().queue }, dj.headers).post('dj/upload-track', body);
}

export async function processed(trackId: string, overrides: Partial<Context> = {}): Promise<void> {
  const ctx = testContext({ TASKS: recordingQueue().queue });
  await processTrack({ ...ctx, ...overrides }, { type: 'process-track', trackId });
  await ctx.settle();
}

/** @returns the track as its DJ sees it: ready, unless something is wrong with the file */
export async function aTrack(dj: Person, bytes?: Uint8Array, given?: Given) {
  const { status, data, error } = await uploaded(dj, bytes, given);
  expect([status, error]).toEqual([202, undefined]);
  await processed(data.id);
  return (await dj.get(`dj/track/${data.id}`)).data;
}

export const ownTrack = async (dj: Person, id: string) => (await dj.get(`dj/track/${id}`)).data;

/** A DJ who is live, with a track. Their answers come when the room has heard. */
export async function aShow() {
  const dj = await asDj();
  const track = await aTrack(dj, mp3(100, { title: 'One', artist: 'Ada', cover: png() }));
  const streamId = await anOpenStream(dj);
  return { dj: { ...dj, ...clientWith({}, dj.headers) }, track, streamId };
}

export const filesOf = async (ownerId: string) =>
  (
    await env.DB.prepare('SELECT key, kind FROM media_files WHERE owner_id = ? ORDER BY kind')
      .bind(ownerId)
      .all<{ key: string; kind: string }>()
  ).results;

export const isStored = async (key: string | null | undefined) => key != null && (await env.MEDIA.head(key)) !== null;

/** So many ready tracks at once, without files. */
export async function aLibrary(djId: string, count: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO media_files (key, owner_id, kind, content_type, bytes, private, created_at)
     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
     SELECT 'track/' || ?1 || i, ?1, 'track', 'audio/wav', 1, 1, 0 FROM n`,
  )
    .bind(djId, count)
    .run();
  await env.DB.prepare(
    `INSERT INTO tracks (id, dj_id, key, content_type, bytes, sha256, title, artist, album, genre, genre_key, bpm, music_key,
       duration_ms, status, scan, scanned_at, queued_at, plays, created_at, updated_at)
     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
     SELECT printf('%s-4000-8000-%012d', substr(?1, -12, 8) || '-0000', i), ?1, 'track/' || ?1 || i, 'audio/wav', 1, i,
       'Title ' || i || ' ' || (i % 97), 'Artist ' || (i % 50), 'Album ' || (i % 10), 'Genre ' || (i % 5), 'genre ' || (i % 5), 60 + i % 120,
       (i % 12 + 1) || 'A', 1000 * (60 + i % 600), 'ready', 'clean', 0, 0, i % 300, i, i FROM n`,
  )
    .bind(djId, count)
    .run();
}

export const trackRow = async (id: string) =>
  (await testContext().db.select().from(tracks)).find((row) => row.id === id);

export const playing = (entries: Awaited<ReturnType<typeof setOf>>) =>
  entries.filter(({ endedAt }) => endedAt === null);

export const setOf = async (streamId: string) =>
  (await testContext().db.select().from(setList))
    .filter((entry) => entry.streamId === streamId)
    .toSorted((one, other) => one.position - other.position);
