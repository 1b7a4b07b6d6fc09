-- Where a session was signed in from, for its owner to recognise it. Empty for sessions from before.
ALTER TABLE sessions
  ADD COLUMN user_agent VARCHAR(255) CHARACTER SET utf8mb4,
  ADD COLUMN address    VARCHAR(45)
