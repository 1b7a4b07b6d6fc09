import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { isAway, isConflict } from "../../../src/adapters/mysql/database-error.ts";

type Names = Readonly<Record<string, unknown>>;

/** All errors of MySQL's server, from the driver's list: numbers to names. */
const require = createRequire(import.meta.url);
const list = require(join(dirname(require.resolve("mysql2")), "lib/constants/errors.js")) as Names;
const ofMysql = Object.entries(list).filter(([number]) => /^\d+$/.test(number)) as [string, string][];

/** MariaDB's own, from its errmsg-utf8.txt. */
const ofMariadb: Record<string, string> = {
  1904: "ER_VIRTUAL_COLUMN_FUNCTION_IS_NOT_ALLOWED",
  1927: "ER_CONNECTION_KILLED",
  1931: "ER_QUERY_EXCEEDED_ROWS_EXAMINED_LIMIT",
  1932: "ER_NO_SUCH_TABLE_IN_ENGINE",
  1969: "ER_STATEMENT_TIMEOUT",
  1979: "ER_KILL_QUERY_DENIED_ERROR",
  4139: "ER_INDEX_FILE_FULL",
  4145: "ER_BACKUP_LOCK_IS_ACTIVE",
  4150: "ER_USER_IS_BLOCKED",
  4151: "ER_ACCOUNT_HAS_BEEN_LOCKED",
};

const ofServer = (errno: number, code?: string) =>
  Object.assign(new Error("from the server"), { errno, code, sqlState: "HY000" });

/** Names about the server's state and not about a statement. */
const ofState =
  /CON_COUNT|TOO_MANY_USER_CONN|USER_LIMIT_REACHED|SHUTDOWN|ABORTING_CONN|HOST_IS_BLOCKED|HOST_NOT_PRIV|BAD_HOST|HANDSHAKE_ERROR|OFFLINE|ISNT_AVAIL|KILLED$|INTERACTION_TIMEOUT|DA_(GLOBAL_)?CONN_LIMIT|^ER_NET_(?!PACKET_TOO|OK_PACKET)|^ER_(QUERY_INTERRUPTED|QUERY_TIMEOUT|STATEMENT_TIMEOUT|FILSORT_ABORT)$|^ER_(DB|TABLE|COLUMN)?ACCESS_DENIED(?!_FOR)|^ER_DB_ACCESS_DENIED|HAS_BEEN_LOCKED|USER_IS_BLOCKED|BLOCKED_BY_PASSWORD_LOCK|MUST_CHANGE_PASSWORD|SECURE_AUTH_MODE|NOT_SUPPORTED_AUTH|SECURE_TRANSPORT_REQUIRED|^ER_(READ_ONLY|INNODB_READ_ONLY|SCHEMA_READ_ONLY|OPEN_AS_READONLY|CANT_EXECUTE_IN_READ_ONLY|OPTION_PREVENTS|CANT_UPDATE_WITH_READLOCK|INNODB_FORCED|BACKUP_LOCK)|^ER_(DISK_FULL|RECORD_FILE_FULL|INDEX_FILE_FULL|TRANS_CACHE_FULL|STMT_CACHE_FULL|LOCK_TABLE_FULL|INNODB_UNDO_LOG_FULL|TEMP_FILE_WRITE)|^ER_(ERROR_ON_|ERROR_DURING_|IO_(READ|WRITE)_ERROR|GET_ERRNO$|CRASHED_ON|(INDEX|TABLE|FILE|INNODB_INDEX)_CORRUPT$|TABLESPACE_(MISSING|DISCARDED)$|NOT_KEYFILE$|NO_SUCH_TABLE_IN_ENGINE)|OUT_?OF_?(MEMORY|SORTMEMORY|RESOURCES)$|CANT_CREATE_THREAD|MAX_PREPARED_STMT|TOO_MANY_CONCURRENT_TRXS|NO_SESSION_TEMP|^ER_(LOCK_(DEADLOCK|WAIT_TIMEOUT|ABORTED|NOWAIT)|TABLE_DEF_CHANGED|NEED_REPREPARE|CHECKREAD)$/;

describe("an error of the database", () => {
  test("USE-26 is 'not now' if its name is about the server's state, in the whole list", () => {
    const missed = [...ofMysql, ...Object.entries(ofMariadb)].filter(
      ([number, name]) =>
        Number(number) >= 1000 && ofState.test(name) && !isAway(ofServer(Number(number), name)),
    );
    // Of statements and of replication that this application does not use.
    expect(missed.map(([, name]) => name)).toEqual([
      "ER_ERROR_ON_RENAME",
      "ER_ERROR_DURING_FLUSH_LOGS",
      "ER_ERROR_DURING_CHECKPOINT",
      "ER_ERROR_ON_SOURCE",
      "ER_ERROR_ON_MODIFYING_GTID_EXECUTED_TABLE",
      "ER_GR_HOLD_KILLED",
    ]);
  });

  test("USE-26 is 'not now' from the operating system and the storage engine, such as 20 for a full disk", () => {
    const below = ofMysql.filter(([number]) => Number(number) > 0 && Number(number) < 1000);
    expect(below.length).toBeGreaterThan(100);
    for (const [number] of below) expect([number, isAway(ofServer(Number(number)))]).toEqual([number, true]);
  });

  test("USE-26 blames the statement by all other numbers: those are bugs", () => {
    const others = ofMysql.filter(([number]) => Number(number) >= 1000 && !isAway(ofServer(Number(number))));
    expect(others.length).toBeGreaterThan(1_600);
    const names = others.map(([, name]) => name);
    for (const bug of ["ER_PARSE_ERROR", "ER_BAD_FIELD_ERROR", "ER_NO_SUCH_TABLE", "ER_DUP_ENTRY"])
      expect(names).toContain(bug);
    for (const bug of ["ER_DATA_TOO_LONG", "ER_NO_REFERENCED_ROW_2", "ER_NET_PACKET_TOO_LARGE"])
      expect(names).toContain(bug);
  });

  test.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EAI_AGAIN",
    "EMFILE",
  ])("USE-26 is 'not now' if the system cannot connect: %s", (code) => {
    const error = Object.assign(new Error(code), { code, errno: -1, syscall: "connect" });
    expect([isAway(error), isConflict(error)]).toEqual([true, false]);
  });

  test.each(["PROTOCOL_CONNECTION_LOST", "PROTOCOL_SEQUENCE_TIMEOUT", "HANDSHAKE_SSL_ERROR", "ECONNREFUSED"])(
    "USE-26 is 'not now' if the driver reports so: %s",
    (code) => expect(isAway(Object.assign(new Error(code), { code, fatal: true }))).toBe(true),
  );

  test.each([
    "Queue limit reached.",
    "Pool is closed.",
    "Can't add new command when connection is in closed state",
  ])("USE-26 is 'not now' if the driver reports so only by message: %s", (message) =>
    expect(isAway(new Error(message))).toBe(true),
  );

  test("is none if it is not the database's: a bug stays a bug", () => {
    for (const error of [new TypeError("x is not a function"), undefined, "text", new Error("")])
      expect([isAway(error), isConflict(error)]).toEqual([false, false]);
  });

  test("is retried if another transaction is the cause, by MySQL's number whatever its name", () => {
    const again = [1020, 1205, 1213, 1412, 1615];
    expect(again.map((errno) => isConflict(ofServer(errno)))).toEqual(again.map(() => true));
    expect(isConflict(ofServer(1040))).toBe(false);
  });
});
