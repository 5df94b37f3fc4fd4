/** The sound of a track: its DJ hears it, and who is admitted to the stream in which it plays. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { ownWav } from '#test/support/audio';
import { testContext } from '#test/support/context';
import { anOpenStream } from '#test/support/streams';
import { aTrack, uploaded } from '#test/support/tracks';
import { asDj, asStaff, asViewer } from '#test/support/users';
import { blockedRegions } from '@/domains/people/social/tables';

const hear = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  exports.default.fetch(new URL(url, 'http://localhost:8787/api/v1/').href, { method, headers });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

async function aReadyTrack() {
  const dj = await asDj();
  const bytes = ownWav();
  const track = await aTrack(dj, bytes);
  return { dj, bytes, track, path: `dj/track/${track.id}/audio` };
}

describe('its DJ', () => {
  it('hears it whole, privately, and as sound', async () => {
    const { dj, bytes, path } = await aReadyTrack();
    const response = await hear(path, dj.headers);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': `${bytes.length}`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=60',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
    });
    expect(await bytesOf(response)).toEqual(bytes);
  });

  it('gets ranges, and 416 for nonsense', async () => {
    const { dj, bytes, path } = await aReadyTrack();
    const range = async (value: string) => hear(path, { ...dj.headers, range: value });
    const middle = await range('bytes=100-199');
    expect([middle.status, middle.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`]);
    expect(await bytesOf(middle)).toEqual(bytes.slice(100, 200));
    expect(await bytesOf(await range('bytes=-10'))).toEqual(bytes.slice(-10));
    expect(await bytesOf(await range(`bytes=${bytes.length - 5}-`))).toEqual(bytes.slice(-5));
    for (const nonsense of [`bytes=${bytes.length}-`, 'bytes=-0', 'bytes=0-1,3-4', 'bytes=99999999999-', 'bytes=9-1'])
      expect([nonsense, (await range(nonsense)).status]).toEqual([nonsense, 416]);
  });

  it('may ask for its head alone, and again by its tag', async () => {
    const { dj, bytes, path } = await aReadyTrack();
    const head = await hear(path, dj.headers, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, `${bytes.length}`]);
    expect((await bytesOf(head)).length).toBe(0);
    const etag = head.headers.get('etag') ?? '';
    expect((await hear(path, { ...dj.headers, 'if-none-match': etag })).status).toBe(304);
  });

  it('may play it by its URL, without a header', async () => {
    const { bytes, track } = await aReadyTrack();
    const response = await hear(track.fileUrl);
    expect([response.status, await bytesOf(response)]).toEqual([200, bytes]);
    expect((await hear(track.fileUrl.replace(/.$/, ''))).status).toBe(404);
    const other = await aReadyTrack();
    const token = new URL(other.track.fileUrl).search;
    expect((await hear(track.fileUrl.replace(/\?.*/, token))).status).toBe(404);
  });

  it('hears it neither before it is ready nor once it was rejected', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    const code = async () => (await dj.get(`dj/track/${data.id}/audio`)).error.code;
    expect([data.fileUrl, await code()]).toEqual([null, 'TRACK_NOT_READY']);
    const empty = await aTrack(dj, ownWav().slice(0, 60));
    expect(empty.status).toBe('rejected');
    expect((await dj.get(`dj/track/${empty.id}/audio`)).error.code).toBe('TRACK_REJECTED');
  });
});

describe('anyone else', () => {
  it('hears it only while it plays in a live stream', async () => {
    const { dj, track, path } = await aReadyTrack();
    const [viewer, guest] = [await asViewer(), client()];
    const statuses = async () => [(await viewer.get(path)).status, (await guest.get(path)).status];
    expect(await statuses()).toEqual([404, 404]);
    const streamId = await anOpenStream(dj);
    expect(await statuses()).toEqual([404, 404]);
    await dj.put('dj/now-playing', { trackId: track.id });
    expect(await statuses()).toEqual([200, 200]);
    expect((await hear(path, { ...viewer.headers, range: 'bytes=0-9' })).status).toBe(206);
    await dj.put('dj/now-playing', { title: 'Another one' });
    expect(await statuses()).toEqual([404, 404]);
    await dj.put('dj/now-playing', { trackId: track.id });
    await dj.post(`sessions/${streamId}/end`);
    expect(await statuses()).toEqual([404, 404]);
  });

  it('hears nothing that the DJ plays hidden', async () => {
    const { dj, track, path } = await aReadyTrack();
    await anOpenStream(dj);
    await dj.put('dj/now-playing', { trackId: track.id, hidden: true });
    expect((await (await asViewer()).get(path)).status).toBe(404);
  });

  it('must be admitted to the stream', async () => {
    const { dj, track, path } = await aReadyTrack();
    await anOpenStream(dj, { visibility: 'followers' });
    await dj.put('dj/now-playing', { trackId: track.id });
    const [follower, viewer, blocked] = [await asViewer(), await asViewer(), await asViewer()];
    await follower.post(`social/follow/${dj.userId}`);
    await blocked.post(`social/follow/${dj.userId}`);
    await dj.post(`social/block/${blocked.userId}`);
    expect((await follower.get(path)).status).toBe(200);
    expect((await viewer.get(path)).error.code).toBe('FOLLOWERS_ONLY');
    expect((await client().get(path)).error.code).toBe('FOLLOWERS_ONLY');
    expect((await blocked.get(path)).error.code).toBe('STREAM_NOT_FOUND');
    await env.DB.prepare("UPDATE streams SET visibility = 'private' WHERE creator_id = ?").bind(dj.userId).run();
    expect((await follower.get(path)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await (await asStaff('admin_l2')).get(path)).status).toBe(200);
  });

  it('hears nothing where the DJ does not show themselves', async () => {
    const { dj, track, path } = await aReadyTrack();
    await anOpenStream(dj);
    await dj.put('dj/now-playing', { trackId: track.id });
    await testContext().db.insert(blockedRegions).values({ creatorId: dj.userId, region: 'FR' });
    const answer = await (await asViewer()).get(path, { headers: { 'x-dev-country': 'FR' } });
    expect([answer.status, answer.error?.code]).toEqual([451, 'NOT_IN_YOUR_COUNTRY']);
  });

  it('finds no track that does not exist', async () => {
    expect((await client().get('dj/track/nonsense/audio')).error.code).toBe('TRACK_NOT_FOUND');
  });
});
