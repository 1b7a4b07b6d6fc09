-- When an account was removed. Its row stays, without personal data, until everything that belongs to it is gone.
ALTER TABLE accounts
  ADD COLUMN removed_at DATETIME(3),
  ADD KEY accounts_removed_at (removed_at)
