import { errorList } from '@/http/errors';

export const emoteError = errorList({
  EMOTE_NOT_FOUND: [404, 'You have no emote with this id.'],
  CREATOR_NOT_FOUND: [404, 'This creator does not exist, or you cannot see them.'],
  EMOTE_NAME_TAKEN: [409, 'You already have an emote with this name. Choose another name, or remove that emote first.'],
  TOO_MANY_EMOTES: [409, 'A channel can have up to 50 emotes. Remove one first.'],
});
