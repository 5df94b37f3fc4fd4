-- A known device has sign-in challenges of its own, so a stranger who has the password does not shut it out.

-- The known device that signs in; NULL: none.
ALTER TABLE sign_in_challenges ADD COLUMN device TEXT;
-- When a new password ended the challenge. It still counts, so resetting the password again and again gives no endless
-- tries.
ALTER TABLE sign_in_challenges ADD COLUMN voided_at INTEGER;
