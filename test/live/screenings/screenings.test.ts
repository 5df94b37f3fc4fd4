import { describe, expect, it } from 'vitest';
import { aUserRoom } from '#test/support/screenings';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asViewer } from '#test/support/users';

const VIDEO = { videoUrl: 'https://films.example/a.mp4', title: 'A film' };

describe('a screening', () => {
  it('is started by the host of a user’s room, and read by who is there', async () => {
    const [host, viewer] = [await asViewer(), await asViewer()];
    const roomId = await aUserRoom(host);
    const started = await host.post(`cinema/rooms/${roomId}/start`, VIDEO);
    expect([started.status, started.data]).toMatchObject([200, { ...VIDEO, isPlaying: true, hostId: host.userId }]);
    expect((await viewer.get(`cinema/rooms/${roomId}/session`)).data.id).toBe(started.data.id);
  });

  it('is started by the creator of a live stream', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator);
    expect((await creator.post(`cinema/rooms/${streamId}/start`, VIDEO)).status).toBe(200);
    const joined = await (await asViewer()).post(`cinema/rooms/${streamId}/join`);
    expect(joined.data).toMatchObject({ streamId, screening: VIDEO });
  });
});
