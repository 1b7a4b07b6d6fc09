/**
 * The errors of MySQL 8.4 and MariaDB 10.11 for being temporarily unavailable, whatever the statement: by number, because
 * the driver does not know MariaDB's names. All other numbers mean a faulty statement, which is a bug of ours.
 * dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, mariadb.com/kb/en/mariadb-error-code-reference
 */
export const notNow: ReadonlySet<number> = new Set([
  // No connection, or one that ended: too many, refused, shutting down, offline, killed.
  ...[1040, 1042, 1043, 1053, 1077, 1079, 1129, 1130, 1135, 1152, 1184, 1203, 1226, 1927, 3032, 3168, 3169],
  ...[4031, 4081, 4082], // idle for too long; memory for connections (MySQL)
  ...[1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161], // the network between the server and us
  // Statement ended from outside: killed, timed out.
  ...[1028, 1317, 1969, 3024],
  // Credentials or privileges that have changed: password, lock, grants, required TLS or authentication plugin.
  ...[
    1044, 1045, 1049, 1142, 1143, 1251, 1275, 1524, 1698, 1820, 1862, 1873, 3118, 3159, 3879, 3955, 4150,
    4151,
  ],
  // Not writable: read-only, in recovery, locked for a backup.
  ...[1036, 1207, 1223, 1290, 1792, 1836, 1874, 1881, 3989, 4145],
  // Disk, files, and damage found there.
  ...[1004, 1011, 1015, 1016, 1017, 1018, 1021, 1023, 1024, 1026, 1030, 1034, 1114, 1180, 1181, 1194, 1195],
  ...[1712, 1810, 1811, 1812, 1814, 1817, 1877, 1878, 1932, 3000, 3019, 3675, 3884, 4139],
  // Memory, and other limited resources of the server.
  ...[1037, 1038, 1041, 1197, 1206, 1257, 1461, 1637, 1705, 3015, 3985],
]);

/**
 * Errors that an immediate retry may resolve: deadlock; a lock held by another transaction, or an advisory one; a row or
 * a table that was changed since the transaction began; a statement to be prepared again after a change of its table.
 */
export const conflicts: ReadonlySet<number> = new Set([
  1020, 1205, 1213, 1412, 1613, 1614, 1615, 1689, 3058, 3132, 3133, 3572,
]);

/** Numbers below are errors of the operating system and of the storage engine, such as 20 for a full disk. */
export const firstOfServer = 1000;
