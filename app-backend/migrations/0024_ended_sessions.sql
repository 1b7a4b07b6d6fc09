-- Sessions that ended while their access tokens are alive, for services that cannot read `sessions`. `published_run` is the
-- run of the Redis to which an end was published last; empty before the first time.
CREATE TABLE IF NOT EXISTS ended_sessions (
  session_id    CHAR(36)    NOT NULL PRIMARY KEY,
  ended_at      DATETIME(3) NOT NULL,
  published_run VARCHAR(64) NOT NULL DEFAULT '',
  KEY ended_sessions_published_run (published_run, ended_at),
  KEY ended_sessions_ended_at (ended_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
