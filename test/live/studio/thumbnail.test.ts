import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cutOff, form, pdf, png } from '#test/support/files';
import { recordingContext } from '#test/support/outbox';
import { asCreator } from '#test/support/users';
import { goLive } from '@/domains/live/streams/go-live';

describe("a channel's picture", () => {
  it('is stored, shown on the channel and the live stream, and readable by anyone', async () => {
    const creator = await asCreator();
    const stream = await creator.post('stream/create', {});
    await goLive(recordingContext().ctx, stream.data.id);
    const { status, data } = await creator.post('stream/thumbnail', form('thumbnail', png()));
    expect(status).toBe(200);
    expect((await creator.get('stream/status')).data.thumbnail).toBe(data.thumbnail);
    expect((await creator.get(`stream/${stream.data.id}`)).data.thumbnailUrl).toBe(data.thumbnail);
    const picture = await creator.get(new URL(data.thumbnail).pathname);
    expect(picture.headers.get('content-type')).toBe('image/webp');
    expect((await creator.put('stream/info', { thumbnail: data.thumbnail })).status).toBe(200);
  });

  it.each([
    ['a document', pdf(), 415],
    ['a picture that is cut off', cutOff(png()), 422],
  ])('cannot be %s', async (_, bytes, status) => {
    const creator = await asCreator();
    const before = (await env.MEDIA.list()).objects.length;
    const refused = await creator.post('stream/thumbnail', form('thumbnail', bytes));
    expect(refused.status).toBe(status);
    expect((await creator.get('stream/info')).data.thumbnail).toBeNull();
    expect((await env.MEDIA.list()).objects).toHaveLength(before);
  });

  it('must be sent in the form field of its name', async () => {
    const creator = await asCreator();
    expect(await creator.post('stream/thumbnail', form('picture', png()))).toMatchObject({
      status: 422,
      error: { details: [{ path: 'thumbnail' }] },
    });
    expect((await creator.post('stream/thumbnail', { thumbnail: 'no form' })).status).toBe(415);
  });
});
