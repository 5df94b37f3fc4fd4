import { errorList } from '@/http/errors';

export const djError = errorList({
  DJ_NOT_FOUND: [404, 'This DJ does not exist, or you cannot see them.'],
  LISTEN_FIRST: [
    403,
    'Only people who listened to this DJ for a minute can rate them. Stay in one of their streams; you can rate once it has ended.',
  ],
  NOT_YOURSELF: [422, 'You cannot rate yourself.'],
});
