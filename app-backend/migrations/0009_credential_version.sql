-- How often the password was replaced. The previous release does not change it, and ends sessions by removing them.
ALTER TABLE accounts
  ADD COLUMN credential_version INT UNSIGNED NOT NULL DEFAULT 0
