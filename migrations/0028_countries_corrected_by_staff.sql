-- A country is what its user declares, until staff correct it; from then on only staff change it.

ALTER TABLE users ADD COLUMN country_corrected_at INTEGER;

-- Whoever may, sets or clears the mark in the same update.
CREATE TRIGGER users_corrected_country_stands BEFORE UPDATE OF country ON users
WHEN OLD.country_corrected_at IS NOT NULL AND NEW.country_corrected_at IS OLD.country_corrected_at
  AND NEW.country IS NOT OLD.country
BEGIN
  SELECT RAISE(ABORT, 'COUNTRY_CORRECTED');
END;
