/** What each part of the API is for, in one sentence. The reference and the Postman collection are sorted by them. */
export const TAGS = {
  auth: 'Sign up, sign in and out, prove an address, reset a password, and protect an account with a second factor.',
  user: 'Your own account: profile, username, address, settings, notifications, export and deletion.',
  users: 'Other people: their profiles, past shows and products.',
  social: 'Follow, block, and see who follows whom.',
  creator: 'Apply to be a creator, and keep the profile that viewers see.',
  performer: 'Performers: their profiles, what they hide and from where.',
  dj: 'DJs: profiles, ratings, tracks, and what plays right now.',
  guide: 'Guides: apply, and follow your targets and figures.',
  stream: 'Go live, enter a room, chat, moderate, and run a channel.',
  chat: 'What moderators and viewers do with a chat: held messages, emotes, pins, polls and the log.',
  session: 'Planned, running and past shows, with their products, showcase and figures.',
  viewer: 'What viewers watch: live now, following, and tokens for the video.',
  rooms: 'Rooms that users open for voice, with a stage.',
  cinema: 'Screenings: watch a video together in a room.',
  content: 'Posts, comments, likes and feeds.',
  search: 'Find people, shows, posts and products.',
  media: 'Send large files, and show stored ones.',
  products: 'What creators sell, its variants and its stock.',
  orders: 'Orders of products, from checkout to delivery, for buyers and sellers.',
  payment: 'Coins, gifts, tips, subscriptions, receipts and cash-outs.',
  discount: 'Discount codes and reward codes.',
  earnings: 'What a creator earned, from what, and when it matures.',
  support: 'Tickets, support chat, questions and answers.',
  reports: 'Report people and content, and see what became of it.',
  settings: 'What a client needs to know first: public configuration, versions and limits.',
  admin: 'Staff: users, reports, appeals, rooms and reviews.',
  owner: 'The owner’s panel: staff, economy, catalogue, proofs and payouts.',
  webhook: 'Events from providers, each authenticated by its signature.',
  docs: 'This reference, as a page and as documents for tools.',
  health: 'Whether the server works, for monitors.',
} as const satisfies Readonly<Record<string, string>>;

/** The tags of these endpoints, as OpenAPI lists them. */
export function tagsOf(endpoints: readonly { readonly tag: string }[]) {
  const used = new Set(endpoints.map(({ tag }) => tag));
  return Object.entries(TAGS)
    .filter(([name]) => used.has(name))
    .map(([name, description]) => ({ name, description }));
}
