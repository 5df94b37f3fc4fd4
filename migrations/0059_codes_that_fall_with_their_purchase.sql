-- A reward code falls with the purchase that earned it, also where a checkout has reserved it.
CREATE TRIGGER discount_redemption_is_not_suspended BEFORE UPDATE OF state ON discount_redemptions
WHEN NEW.state = 'redeemed' AND OLD.state <> 'redeemed'
BEGIN
  SELECT RAISE(ABORT, 'DISCOUNT_SUSPENDED')
  WHERE (SELECT suspended FROM discount_codes WHERE id = NEW.code_id) = 1;
END;
