-- Reward codes come with purchases and would bury the few that staff made.
CREATE INDEX discount_codes_by_kind ON discount_codes (kind, id);
