-- An upload that is sent in parts: R2's id of it, and the size of each part but the last.
ALTER TABLE media_uploads ADD COLUMN upload_id TEXT;
ALTER TABLE media_uploads ADD COLUMN part_bytes INTEGER CHECK ((part_bytes IS NULL) = (upload_id IS NULL));
