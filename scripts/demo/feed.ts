/**
 * The posts' part of the demo. A post with a picture appears in the feeds, is liked, commented on and found by search.
 * Another post, with a video, is for followers only.
 */
import { type Client, waitFor } from '../local/client.ts';
import { formOf } from '../local/posts.ts';
import type { Stage } from './creator.ts';
import type { Crowd } from './crowd.ts';
import { expectSame, tell } from './show.ts';

const PICTURE = { width: 480, height: 270, above: [20, 16, 60], below: [240, 130, 70], lightAt: 0.4 } as const;
/** The location in the video's metadata, in the format that phones write. */
const PLACE = '+48.8577+002.2950/';
/** Longer than the queue's own delays. */
const PATIENCE_MS = 30_000;

export interface Post {
  readonly id: string;
  readonly authorId: string;
  /** A word that only this run uses, as written in the post. */
  readonly word: string;
}

interface Item {
  readonly id: string;
  readonly highlights: readonly { field: string; parts: readonly { text: string; hit: boolean }[] }[];
}

export async function postPicture(creator: Client, suffix: string): Promise<Post> {
  const word = `Café${suffix}`;
  const form = formOf({ text: `After the show we meet at the ${word}, as ever.`, pictures: [PICTURE] });
  const { id, authorId, media } = await creator.call('POST', '/content/posts', form);
  const [{ url, width, height }] = media;
  expectSame('The creator posts a picture, with a size in pixels of', [width, height], [PICTURE.width, PICTURE.height]);
  const picture = await fetch(url);
  const bytes = Buffer.from(await picture.arrayBuffer());
  const headers = ['content-type', 'x-content-type-options'].map((name) => picture.headers.get(name));
  expectSame('Anyone can open it by its URL', [picture.status, ...headers], [200, 'image/webp', 'nosniff']);
  expectSame('The uploaded PNG was converted to', bytes.toString('latin1', 8, 12), 'WEBP');
  return { id, authorId, word };
}

/** A minimal MP4: its type, metadata with a location, and empty media data. */
function clip(): Uint8Array<ArrayBuffer> {
  const box = (type: string, content = '') => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(8 + content.length);
    return size.toString('latin1') + type + content;
  };
  const about = box('udta', box('\u00a9xyz', `\0\u0012\u0015\u00c7${PLACE}`));
  const boxes =
    box('ftyp', 'isom\0\0\x02\0mp41') +
    box('moov', box('mvhd', '\0'.repeat(100)) + about) +
    box('mdat', '\0'.repeat(2_000));
  return new Uint8Array(Buffer.from(boxes, 'latin1'));
}

export async function postForFollowers({ anyone }: Stage, creator: Client, crowd: Crowd): Promise<void> {
  const [follower, stranger] = [memberOf(crowd, 0), memberOf(crowd, 1)];
  const video = clip();
  const form = formOf({ text: 'Backstage, for you.', visibility: 'followers', pictures: [PICTURE], videos: [video] });
  const { id } = await creator.call('POST', '/content/posts', form);
  const { media } = await follower.api.call('GET', `/content/posts/${id}`);
  const types = media.map(({ type }: { type: string }) => type);
  expectSame(`The creator posts a picture and a video for followers, and ${follower.name} gets both`, types, [
    'image',
    'video',
  ]);
  const { error } = await stranger.api.try('GET', `/content/posts/${id}`);
  expectSame(`${stranger.name}, who does not follow, is refused`, error?.code, 'FOLLOWERS_ONLY');
  expectSame('A guest is refused too', (await anyone.try('GET', `/content/posts/${id}`)).error?.code, 'FOLLOWERS_ONLY');
  const { url } = media[1];
  const [part, plain] = await Promise.all([
    fetch(url, { headers: { range: 'bytes=0-999' } }),
    fetch(url.split('?')[0]),
  ]);
  expectSame(
    "The video's signed URL serves ranges; without the signature it is not found",
    [part.status, plain.status],
    [206, 404],
  );
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  expectSame('The video still has the same number of bytes', bytes.length, video.length);
  expectSame('It still contains its location', bytes.includes(PLACE), false);
  await creator.call('DELETE', `/content/posts/${id}`);
  expectSame('After the post is deleted, the URL no longer works', (await fetch(url)).status, 404);
}

export async function readFeeds({ anyone }: Stage, creator: Client, crowd: Crowd, post: Post): Promise<void> {
  const { name, userId, api } = memberOf(crowd, 0);
  await api.call('POST', `/social/follow/${post.authorId}`);
  const told = await waitForNotification(creator, ({ kind, data }) => kind === 'follower' && data.userId === userId);
  tell(`${name} follows the creator, who gets a notification: "${told.body}"`);
  const first = async (client: Client, path: string) => (await client.call('GET', path)).items[0].id;
  expectSame("The post is first in the follower's feed", await first(api, '/content/feed'), post.id);
  expectSame('It is also first in the public feed', await first(anyone, '/content/feed/public'), post.id);
}

export async function likeTwice(crowd: Crowd, { id }: Post): Promise<void> {
  const { name, api } = memberOf(crowd, 1);
  const twice = async (body?: object) => {
    const like = () => api.call('POST', `/content/posts/${id}/like`, body);
    await Promise.all([like(), like()]);
    const { liked, likeCount } = await api.call('GET', `/content/posts/${id}`);
    return [liked, likeCount];
  };
  expectSame(`${name} clicks the heart twice at once, which turns it on and off`, await twice(), [false, 0]);
  expectSame('Setting "liked" twice at once counts as one like', await twice({ liked: true }), [true, 1]);
}

/** The creator gets a notification in the list; a viewer in the live room gets the reply's notification there. */
export async function comment(creator: Client, crowd: Crowd, { id }: Post): Promise<void> {
  const { name, api, socket } = memberOf(crowd, 1);
  const said = await api.call('POST', '/content/comments', { postId: id, text: 'Save me a chair!' });
  const commented = await waitForNotification(creator, ({ data }) => data.commentId === said.id);
  expectSame('The creator gets a notification', commented.title, `${name} commented on your post`);
  const liked = await waitForNotification(creator, ({ kind, data }) => kind === 'like' && data.postId === id);
  expectSame('The like sends one notification', [liked.title, liked.data.actorCount], [`${name} liked your post`, 1]);

  const reply = { postId: id, parentId: said.id, text: 'It has your name on it.' };
  const { id: replyId } = await creator.call('POST', '/content/comments', reply);
  const event = await waitFor(
    'the notification in the room',
    () => socket.first('user-notification', ({ notification }) => notification.data.commentId === replyId),
    PATIENCE_MS,
  );
  tell(`The creator replies, and ${name} is notified in the open room: "${event.notification.title}".`);
  const elsewhere = crowd.sockets.filter(
    (other) =>
      other !== socket &&
      other.first('user-notification', ({ notification }) => notification.data.commentId === replyId),
  );
  expectSame('Other viewers who were notified', elsewhere.length, 0);
  expectSame('Comments', (await api.call('GET', `/content/posts/${id}`)).commentCount, 2);
}

/** Searches by the beginning of a word without its accent, and by a name. */
export async function findIt({ anyone }: Stage, { id, authorId, word }: Post): Promise<void> {
  const begun = word.slice(0, -2).toLowerCase().replace('é', 'e');
  const { posts } = await anyone.call('GET', `/search?type=posts&q=${begun}`);
  expectSame(
    `A search for "${begun}" finds the post`,
    posts.items.map(({ id: found }: Item) => found),
    [id],
  );
  expectSame('It highlights', hitsOf(posts.items[0]), [word]);
  const { users } = await anyone.call('GET', '/search?type=users&q=moreno');
  const creator = users.items.find(({ id: found }: Item) => found === authorId);
  expectSame('A search for "moreno" finds the creator and highlights', creator && hitsOf(creator), ['Moreno']);
  const nothing = await anyone.call('GET', `/search?type=users,streams,posts&q=${word}nobodysaid`);
  const found = Object.values<{ items: Item[] }>(nothing).map(({ items }) => items.length);
  expectSame('A word that nobody used finds no users, streams or posts', found, [0, 0, 0]);
}

function hitsOf({ highlights }: Item): string[] {
  return highlights.flatMap(({ parts }) => parts.filter(({ hit }) => hit).map(({ text }) => text));
}

interface Notification {
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own fields
  readonly data: any;
}

function waitForNotification(client: Client, matches: (one: Notification) => boolean): Promise<Notification> {
  const look = async () => {
    const { items } = await client.call('GET', '/user/notifications');
    return (items as Notification[]).find(matches); // as the contract has it
  };
  return waitFor('the notification', look, PATIENCE_MS);
}

function memberOf(crowd: Crowd, index: number) {
  const member = crowd.viewers[index];
  if (!member) throw new Error('There is no such viewer');
  return member;
}
