/** The DJ's part of the demo: uploads a track, plays it in a stream, and shows the set list afterwards. */
import { type Client, RoomSocket, waitFor } from '../local/client.ts';
import type { Stage } from './creator.ts';
import { expectSame, tell } from './show.ts';

const EMAIL = 'creator2@footlight.test';
const SECONDS = 2;
const SAMPLES_A_SECOND = 8_000;
/** Longer than the queue's own delays. */
const PATIENCE_MS = 30_000;

export async function playSet({ anyone, vars, origin }: Stage, suffix: string): Promise<void> {
  const dj = await anyone.signIn(EMAIL, vars.DEMO_PASSWORD);
  const track = await uploadTrack(dj, suffix);
  const streamId = await startStream(dj);
  const { wsUrl } = await anyone.call('POST', `/stream/${streamId}/join`);
  const guest = await RoomSocket.enter(wsUrl);

  const audio = `${origin}/api/v1/dj/track/${track.id}/audio`;
  expectSame('Before it plays, a guest cannot hear it', (await fetch(audio)).status, 404);
  await dj.call('PUT', '/dj/now-playing', { trackId: track.id });
  const { track: shown } = await guest.waitForEvent('now-playing');
  expectSame('The DJ plays it, and the room shows', [shown.title, shown.duration], [track.title, SECONDS]);
  const part = await fetch(audio, { headers: { range: 'bytes=0-99' } });
  expectSame('While it plays, a guest hears the part that they ask for', part.status, 206);
  await dj.call('PUT', '/dj/now-playing', { title: 'White label', artist: 'Unknown' });
  const late = await RoomSocket.enter((await anyone.call('POST', `/stream/${streamId}/join`)).wsUrl);
  expectSame(
    'The next one is in the welcome of a latecomer',
    late.first('welcome')?.nowPlaying.track.title,
    'White label',
  );

  await dj.call('POST', `/sessions/${streamId}/end`);
  const { items } = await anyone.call('GET', `/sessions/${streamId}/setlist`);
  expectSame('After the show, anyone can read the set list', items.map(titleOf), [track.title, 'White label']);
  expectSame('The track was played', (await dj.call('GET', `/dj/track/${track.id}`)).plays, 1);
  await dj.call('DELETE', `/dj/track/${track.id}`);
  for (const socket of [guest, late]) socket.close();
}

// biome-ignore lint/suspicious/noExplicitAny: as the contract has it
const titleOf = (item: any): string => item.track.title;

async function uploadTrack(dj: Client, suffix: string) {
  const title = `Night bus ${suffix}`;
  const form = new FormData();
  form.set('file', new File([tone(suffix)], `${title}.wav`));
  const { id, status } = await dj.call('POST', '/dj/upload-track', form);
  tell(`The DJ uploads a WAV of ${SECONDS} seconds, which is ${status}.`);
  const track = await waitFor(
    'the track to be processed',
    async () => {
      const now = await dj.call('GET', `/dj/track/${id}`);
      return ['ready', 'rejected'].includes(now.status) ? now : undefined;
    },
    PATIENCE_MS,
  );
  expectSame('It was read, and called after its file', [track.status, track.title], ['ready', title]);
  const { items } = await dj.call('GET', `/dj/tracks?q=${suffix}&sort=title`);
  expectSame('The library finds it', items.length, 1);
  return track;
}

async function startStream(dj: Client): Promise<string> {
  const { isLive, currentStreamId } = await dj.call('GET', '/stream/status');
  if (isLive) await dj.call('POST', `/sessions/${currentStreamId}/end`); // left by an interrupted demo
  const { id } = await dj.call('POST', '/sessions', { title: 'Late set' });
  await dj.call('POST', `/sessions/${id}/start`);
  return id;
}

/** A tone that no other run has, so that it is no duplicate: mono, eight bits. */
function tone(suffix: string): Uint8Array<ArrayBuffer> {
  const samples = SECONDS * SAMPLES_A_SECOND;
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + samples, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLES_A_SECOND, 24);
  header.writeUInt32LE(SAMPLES_A_SECOND, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples, 40);
  const pitch = 200 + (Number.parseInt(suffix, 16) % 1_000);
  const sound = Buffer.from(
    Array.from({ length: samples }, (_, at) => 128 + 60 * Math.sin((2 * Math.PI * pitch * at) / SAMPLES_A_SECOND)),
  );
  sound.write(suffix); // two runs may have one pitch
  return new Uint8Array(Buffer.concat([header, sound]));
}
