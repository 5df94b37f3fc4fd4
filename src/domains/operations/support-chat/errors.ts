import { errorList } from '@/http/errors';

export const supportChatError = errorList({
  THREAD_NOT_FOUND: [404, 'This chat does not exist, or you cannot see it.'],
  MESSAGE_NOT_FOUND: [404, 'This message does not exist.'],
  TOO_FAST: [429, 'You are sending too fast. Wait a moment and try again.'],
});
