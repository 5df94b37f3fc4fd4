-- Guides host voice rooms. They apply, and staff approve, reject, suspend or withdraw the approval.
ALTER TABLE users ADD COLUMN guide_status TEXT NOT NULL DEFAULT 'NONE'
  CHECK (guide_status IN ('NONE', 'PENDING', 'APPROVED', 'REJECTED', 'SUSPENDED'));

CREATE TABLE guide_applications (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  -- The rejection of an approved application is the withdrawal of the approval.
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'SUSPENDED')),
  motivation TEXT NOT NULL,
  languages TEXT NOT NULL CHECK (json_valid(languages)),
  experience TEXT,
  availability TEXT,
  reason TEXT,
  submitted_at INTEGER NOT NULL,
  -- When it was first approved.
  approved_at INTEGER,
  suspended_until INTEGER,
  decided_at INTEGER,
  decided_by TEXT REFERENCES users (id),
  -- The rejection, suspension or withdrawal that the status follows from.
  decision_id TEXT REFERENCES decisions (id),
  CHECK (suspended_until IS NULL OR status = 'SUSPENDED'),
  CHECK ((decided_at IS NULL) = (status = 'PENDING'))
) STRICT;
CREATE UNIQUE INDEX guide_application_open ON guide_applications (user_id) WHERE status <> 'REJECTED';
CREATE INDEX guide_applications_of_user ON guide_applications (user_id, id);
CREATE INDEX guide_applications_by_status ON guide_applications (status, submitted_at, id);
CREATE INDEX guide_suspensions_ending ON guide_applications (suspended_until) WHERE suspended_until IS NOT NULL;

-- Targets name their audience, and the economy says who may be a guide. All targets from before are for creators.
DROP TRIGGER economy_version_is_never_changed;
UPDATE economy_versions SET config = json_insert(
  config,
  '$.guides', json('{"gender":"female","exceptCountries":[]}'));
UPDATE economy_versions SET config = json_set(
  config,
  '$.targets', (
    SELECT json_group_array(json_insert(target.value, '$.audience', 'creator'))
    FROM json_each(economy_versions.config, '$.targets') target));
CREATE TRIGGER economy_version_is_never_changed BEFORE UPDATE ON economy_versions
BEGIN
  SELECT RAISE(ABORT, 'ECONOMY_VERSION_IMMUTABLE');
END;
