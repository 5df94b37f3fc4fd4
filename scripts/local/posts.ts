/**
 * Creates the demo world's posts over HTTP, so that the running Worker converts and stores their pictures. Only for
 * creators who never wrote a post, so deleted posts do not come back.
 */
import { Client } from './client.ts';
import type { DevVars } from './home.ts';
import { type Picture, paint } from './picture.ts';

const SIZE = { width: 640, height: 360 };
const DUSK: Picture = { ...SIZE, above: [38, 24, 84], below: [232, 112, 82], lightAt: 0.7 };
const NIGHT: Picture = { ...SIZE, above: [6, 10, 34], below: [40, 62, 120], lightAt: 0.25 };
const NEON: Picture = { ...SIZE, above: [24, 8, 48], below: [190, 32, 140], lightAt: 0.5 };

interface DemoPost {
  readonly text: string;
  readonly visibility?: 'public' | 'followers';
  readonly pictures?: readonly Picture[];
  /** MP4. */
  readonly videos?: readonly Uint8Array<ArrayBuffer>[];
}

/** Posts by the author's email, oldest first. */
const POSTS: Readonly<Record<string, readonly DemoPost[]>> = {
  'creator1@footlight.test': [
    { text: 'New strings, new songs. The rooftop is booked for Friday night.' },
    { text: 'Soundcheck done. The lights are up and the neighbours are warned.', pictures: [DUSK] },
    { text: 'For my followers: the view from your seats.', visibility: 'followers', pictures: [NIGHT] },
  ],
  'creator2@footlight.test': [
    { text: 'Two rooms, one set. What colour should the night be?', pictures: [NEON, NIGHT] },
    { text: 'Crate digging all week: three records nobody plays. On Saturday, I will.' },
  ],
};

/** @param emails of creators without posts */
export async function addPosts(origin: string, { DEMO_PASSWORD }: DevVars, emails: readonly string[]): Promise<void> {
  for (const email of emails) {
    const author = await new Client(origin).signIn(email, DEMO_PASSWORD);
    for (const post of POSTS[email] ?? []) await write(author, post);
  }
}

/** Posts only the text if the server cannot convert pictures. */
async function write(author: Client, post: DemoPost): Promise<void> {
  const { error } = await author.try('POST', '/content/posts', formOf(post));
  if (error?.code === 'IMAGES_UNAVAILABLE')
    await author.call('POST', '/content/posts', formOf({ ...post, pictures: [] }));
  else if (error) throw new Error(error.message);
}

/** The form that `POST /content/posts` accepts. */
export function formOf({ text, visibility = 'public', pictures = [], videos = [] }: DemoPost): FormData {
  const form = new FormData();
  form.set('text', text);
  form.set('visibility', visibility);
  for (const [index, picture] of pictures.entries())
    form.append('files', new File([paint(picture)], `${index + 1}.png`, { type: 'image/png' }));
  for (const [index, video] of videos.entries())
    form.append('files', new File([video], `${index + 1}.mp4`, { type: 'video/mp4' }));
  return form;
}
