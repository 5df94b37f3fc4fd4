-- Counts leave out comments that are hidden during a review, as they leave out removed ones. Both come back to them.

DROP TRIGGER comments_count_down;
DROP TRIGGER comments_count_back;

-- What is hidden already: first replies, so that each hidden comment subtracts those that are still shown.
UPDATE comments SET reply_count = reply_count - (
  SELECT count(*) FROM comments reply
  WHERE reply.parent_id = comments.id AND reply.removed_at IS NULL AND reply.hidden_at IS NOT NULL)
WHERE id IN (SELECT parent_id FROM comments WHERE removed_at IS NULL AND hidden_at IS NOT NULL);
UPDATE posts SET comment_count = comment_count - (
  SELECT count(*) + coalesce(sum(hidden.reply_count), 0) FROM comments hidden
  WHERE hidden.post_id = posts.id AND hidden.removed_at IS NULL AND hidden.hidden_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = hidden.parent_id AND parent.removed_at IS NOT NULL))
WHERE id IN (SELECT post_id FROM comments WHERE removed_at IS NULL AND hidden_at IS NOT NULL);

-- A comment goes and comes back with its replies. A post does not count replies to a comment that is gone or hidden.
CREATE TRIGGER comments_count_down AFTER UPDATE OF removed_at, hidden_at ON comments
WHEN OLD.removed_at IS NULL AND OLD.hidden_at IS NULL AND NOT (NEW.removed_at IS NULL AND NEW.hidden_at IS NULL)
BEGIN
  UPDATE posts SET comment_count = comment_count - 1 - NEW.reply_count
  WHERE id = NEW.post_id AND (removed_at IS NULL OR kept_until IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = NEW.parent_id
      AND NOT (parent.removed_at IS NULL AND parent.hidden_at IS NULL));
  UPDATE comments SET reply_count = reply_count - 1 WHERE id = NEW.parent_id;
END;
CREATE TRIGGER comments_count_back AFTER UPDATE OF removed_at, hidden_at ON comments
WHEN NOT (OLD.removed_at IS NULL AND OLD.hidden_at IS NULL) AND NEW.removed_at IS NULL AND NEW.hidden_at IS NULL
BEGIN
  UPDATE posts SET comment_count = comment_count + 1 + NEW.reply_count
  WHERE id = NEW.post_id
    AND NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = NEW.parent_id
      AND NOT (parent.removed_at IS NULL AND parent.hidden_at IS NULL));
  UPDATE comments SET reply_count = reply_count + 1 WHERE id = NEW.parent_id;
END;

-- Its author sees a hidden comment, but nobody replies to it.
DROP TRIGGER comments_reply_to_a_comment_of_the_post;
CREATE TRIGGER comments_reply_to_a_comment_of_the_post BEFORE INSERT ON comments WHEN NEW.parent_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'COMMENT_PARENT_WRONG') WHERE NOT EXISTS (
    SELECT 1 FROM comments WHERE id = NEW.parent_id AND post_id = NEW.post_id AND parent_id IS NULL
      AND removed_at IS NULL AND hidden_at IS NULL);
END;
