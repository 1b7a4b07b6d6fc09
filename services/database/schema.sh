# shellcheck shell=bash
# On an empty volume the image's entrypoint reads this: a schema, and a user who can do with it what the service does, and
# nothing else. The password is of letters, digits, hyphens and underscores.
docker_process_sql <<SQL
CREATE DATABASE \`$SCHEMA\` CHARACTER SET utf8mb4;
CREATE USER '$SCHEMA'@'%' IDENTIFIED BY '$(cat /run/secrets/mysql_password)';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON \`$SCHEMA\`.* TO '$SCHEMA'@'%';
SQL
