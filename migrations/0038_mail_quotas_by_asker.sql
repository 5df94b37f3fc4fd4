-- Mails to an address are counted among the tries now, by who asks for them.
DROP TABLE mail_quotas;
