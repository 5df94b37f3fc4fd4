-- Who may stream, and the files that belong to somebody.

CREATE TABLE creator_applications (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id),
  type TEXT NOT NULL CHECK (type IN ('creator', 'dj', 'performer')),
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
  bio TEXT NOT NULL,
  categories TEXT NOT NULL CHECK (json_type(categories) = 'array'),
  document_type TEXT,
  document_key TEXT,
  legal_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  -- Encrypted JSON { accountHolder, iban?, accountNumber?, bankName, country }, bound to the application's id.
  financial TEXT NOT NULL,
  account_last4 TEXT NOT NULL,
  reason TEXT,
  submitted_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT REFERENCES users (id)
) STRICT;
CREATE INDEX creator_applications_by_status ON creator_applications (status, submitted_at, id);
-- By the id of the key that sealed the bank details: what an old key holds is found without reading the rest.
CREATE INDEX creator_applications_by_encryption_key ON creator_applications (substr(financial, 1, 8));

CREATE TABLE creator_profiles (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  bio TEXT NOT NULL,
  categories TEXT NOT NULL CHECK (json_type(categories) = 'array'),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every object in R2 that belongs to a user; what is in R2 and not here is an orphan.
CREATE TABLE media_files (
  key TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  private INTEGER NOT NULL CHECK (private IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX media_files_of_owner ON media_files (owner_id, created_at);
