-- A performer's stage identity. `username` and `display_name` are always what everyone sees. While the stage identity is
-- on they hold the handle and the name of the stage, and the account's own names are kept beside them.

ALTER TABLE users ADD COLUMN stage_name TEXT;
ALTER TABLE users ADD COLUMN stage_handle TEXT CHECK (stage_handle = lower(stage_handle));
ALTER TABLE users ADD COLUMN stage_bio TEXT;
-- Null while the stage identity is off.
ALTER TABLE users ADD COLUMN account_username TEXT;
ALTER TABLE users ADD COLUMN account_display_name TEXT;

CREATE UNIQUE INDEX users_by_stage_handle ON users (stage_handle) WHERE stage_handle IS NOT NULL;
CREATE UNIQUE INDEX users_by_account_username ON users (account_username) WHERE account_username IS NOT NULL;

-- A name belongs to one user, whether as username, account's username or stage handle. The text is that of the index
-- on `username`, so that whoever takes a taken name is refused alike.
CREATE TRIGGER users_one_owner_a_name_insert BEFORE INSERT ON users
WHEN EXISTS (SELECT 1 FROM users WHERE stage_handle = NEW.username)
  OR EXISTS (SELECT 1 FROM users WHERE account_username = NEW.username)
BEGIN
  SELECT RAISE(ABORT, 'users.username');
END;
CREATE TRIGGER users_one_owner_a_name_update BEFORE UPDATE OF username, account_username, stage_handle ON users
WHEN NEW.stage_handle = coalesce(NEW.account_username, NEW.username)
  OR EXISTS (SELECT 1 FROM users AS other WHERE other.stage_handle IN (NEW.username, NEW.account_username)
    AND other.id <> NEW.id)
  OR EXISTS (SELECT 1 FROM users AS other WHERE other.account_username IN (NEW.username, NEW.stage_handle)
    AND other.id <> NEW.id)
  OR EXISTS (SELECT 1 FROM users AS other WHERE other.username IN (NEW.account_username, NEW.stage_handle)
    AND other.id <> NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'users.username');
END;

-- What a removal takes from the page of a performer. `display_name` is the account's own.
ALTER TABLE removed_profiles ADD COLUMN stage_name TEXT;
ALTER TABLE removed_profiles ADD COLUMN stage_bio TEXT;
