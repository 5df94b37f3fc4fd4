-- The staff log is only added to. Of a user whose account has ended it keeps who did what and when, and nothing that was
-- removed or said of them.

-- The user whom before, after and reason tell of, as long as they do.
ALTER TABLE staff_log ADD COLUMN subject_id TEXT REFERENCES users (id);
UPDATE staff_log SET subject_id = (
  SELECT id FROM users WHERE id = CASE
    WHEN target_type IN ('post', 'comment') THEN before ->> '$.authorId'
    WHEN target_type = 'creator-application' THEN before ->> '$.userId'
    WHEN target_type = 'user' AND action <> 'staff.rank' THEN target_id
  END
);
UPDATE staff_log SET before = NULL, after = NULL, reason = NULL, subject_id = NULL
WHERE subject_id IN (SELECT id FROM users WHERE status = 'deleted');
CREATE INDEX staff_log_of_subject ON staff_log (subject_id) WHERE subject_id IS NOT NULL;

CREATE TRIGGER staff_log_is_kept BEFORE DELETE ON staff_log
BEGIN
  SELECT RAISE(ABORT, 'STAFF_LOG_IS_KEPT');
END;

CREATE TRIGGER staff_log_is_not_edited BEFORE UPDATE ON staff_log
WHEN NOT (
  (NEW.id, NEW.staff_id, NEW.action, NEW.target_type, NEW.target_id, NEW.created_at)
    = (OLD.id, OLD.staff_id, OLD.action, OLD.target_type, OLD.target_id, OLD.created_at)
  AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.reason IS NULL AND NEW.subject_id IS NULL
  AND EXISTS (SELECT 1 FROM users WHERE id = OLD.subject_id AND status = 'deleted')
)
BEGIN
  SELECT RAISE(ABORT, 'STAFF_LOG_IS_KEPT');
END;

-- The first of an id stays, INSERT OR REPLACE or not. An id of the caller's makes one row of what happens again and again.
CREATE TRIGGER staff_log_is_written_once BEFORE INSERT ON staff_log
WHEN EXISTS (SELECT 1 FROM staff_log WHERE id = NEW.id)
BEGIN
  SELECT RAISE(IGNORE);
END;

-- An account may end between the look at its text and the batch that removes it.
CREATE TRIGGER staff_log_of_who_is_gone AFTER INSERT ON staff_log
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.subject_id AND status = 'deleted')
BEGIN
  UPDATE staff_log SET before = NULL, after = NULL, reason = NULL, subject_id = NULL WHERE id = NEW.id;
END;
