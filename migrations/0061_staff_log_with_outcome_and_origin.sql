-- The staff log also records refused writes, and from where staff acted. Addresses and agents are blanked after 180 days.

ALTER TABLE staff_log ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done' CHECK (outcome IN ('done', 'refused'));
ALTER TABLE staff_log ADD COLUMN code TEXT;
ALTER TABLE staff_log ADD COLUMN ip TEXT;
ALTER TABLE staff_log ADD COLUMN user_agent TEXT;
-- The country of the user whom the action was about, so that a country admin's list has an index.
ALTER TABLE staff_log ADD COLUMN country TEXT;

DROP TRIGGER staff_log_is_not_edited;
DROP TRIGGER staff_log_of_who_is_gone;

UPDATE staff_log SET country = (SELECT country FROM users
  WHERE id = coalesce(subject_id, CASE WHEN target_type = 'user' THEN target_id END));

DROP INDEX staff_log_of_subject;
CREATE INDEX staff_log_of_subject ON staff_log (subject_id, id) WHERE subject_id IS NOT NULL;
CREATE INDEX staff_log_by_staff ON staff_log (staff_id, id);
CREATE INDEX staff_log_by_action ON staff_log (action, id);
DROP INDEX staff_log_of_target;
CREATE INDEX staff_log_of_target ON staff_log (target_id, id);
CREATE INDEX staff_log_by_target_type ON staff_log (target_type, id);
CREATE INDEX staff_log_by_outcome ON staff_log (outcome, id);
CREATE INDEX staff_log_by_country ON staff_log (country, id) WHERE country IS NOT NULL;
CREATE INDEX staff_log_with_origin ON staff_log (created_at) WHERE ip IS NOT NULL OR user_agent IS NOT NULL;

-- Two changes are allowed: erasure blanks what describes a user who is gone, and age blanks where staff acted from. The
-- database's clock and the Worker's may differ by a minute.
CREATE TRIGGER staff_log_is_not_edited BEFORE UPDATE ON staff_log
WHEN NOT (
  (NEW.id, NEW.staff_id, NEW.action, NEW.target_type, NEW.target_id, NEW.created_at, NEW.outcome)
    = (OLD.id, OLD.staff_id, OLD.action, OLD.target_type, OLD.target_id, OLD.created_at, OLD.outcome)
  AND NEW.code IS OLD.code
  AND (
    (
      NEW.before IS NULL AND NEW.after IS NULL AND NEW.reason IS NULL AND NEW.subject_id IS NULL AND NEW.country IS NULL
      AND NEW.ip IS OLD.ip AND NEW.user_agent IS OLD.user_agent
      AND EXISTS (SELECT 1 FROM users WHERE id = OLD.subject_id AND status = 'deleted')
    ) OR (
      NEW.ip IS NULL AND NEW.user_agent IS NULL
      AND NEW.before IS OLD.before AND NEW.after IS OLD.after AND NEW.reason IS OLD.reason
      AND NEW.subject_id IS OLD.subject_id AND NEW.country IS OLD.country
      AND OLD.created_at < (unixepoch() + 60 - 180 * 86400) * 1000
    )
  )
)
BEGIN
  SELECT RAISE(ABORT, 'STAFF_LOG_IS_KEPT');
END;

CREATE TRIGGER staff_log_of_who_is_gone AFTER INSERT ON staff_log
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.subject_id AND status = 'deleted')
BEGIN
  UPDATE staff_log SET before = NULL, after = NULL, reason = NULL, subject_id = NULL, country = NULL WHERE id = NEW.id;
END;
