import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Cursor } from "../../../app-backend/src/domain/image.ts";
import type { ProjectView } from "../../../app-backend/src/domain/project.ts";
import { alwaysKept } from "../../../app-backend/src/domain/version-thinning.ts";
import { type Client, serial } from "../load/client.ts";
import type { Server } from "../processes/server.ts";
import type { Person, SignedIn } from "./people.ts";

const line = "Silver nitrate darkens in the light, and the plate is washed before it dries. ";

/** Notes of 10 kB as JSON: 100 lines, of which the first has a number that is another one in each request. */
export const notes = JSON.stringify(
  Array.from({ length: 100 }, (_, at) => ({
    type: "paragraph",
    children: [{ text: (at === 0 ? serial : "") + line.slice(0, 56) }],
  })),
);

/** A project of that person, as it is answered. */
export async function addProject(port: number, { headers }: Person, { accessToken }: SignedIn) {
  const response = await fetch(`http://127.0.0.1:${port}/api/projects`, {
    method: "POST",
    headers: { ...headers, authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify({ title: `Lecture ${crypto.randomUUID()}` }),
  });
  if (response.status !== 201) throw new Error(`no project: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { project: ProjectView }).project;
}

/** A client that saves other notes of a project each time. */
export async function saverClient(server: Server, person: Person, signedIn: SignedIn): Promise<Client> {
  const { id, etag } = await addProject(server.port, person, signedIn);
  return {
    method: "PUT",
    path: `/api/projects/${id}/notes`,
    headers: {
      ...person.headers,
      authorization: `Bearer ${signedIn.accessToken}`,
      "content-type": "application/json",
    },
    etag,
    body: `{"notes":${notes}}`,
  };
}

/** The same, of a project with so many versions that each save removes one. */
export async function thinningClient(server: Server, person: Person, signedIn: SignedIn): Promise<Client> {
  const { method, path, headers, ...client } = await saverClient(server, person, signedIn);
  let { etag } = client;
  for (let version = 1; version <= alwaysKept; version += 1) {
    const body = JSON.stringify({ notes: [{ version }] });
    const saved = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { ...headers, "if-match": etag! },
      body,
    });
    if (!saved.ok) throw new Error(`not saved: ${saved.status} ${await saved.text()}`);
    await saved.arrayBuffer();
    etag = saved.headers.get("etag")!;
  }
  return { ...client, method, path, ...(headers && { headers }), etag: etag! };
}

/** A second apart; every other one has the same media. */
const insert = `INSERT INTO projects (id, account_id, title, live_title, type, media_id, version, revision, notes_key,
    notes_sha256, notes_bytes, device, created_at, saved_at)
  SELECT UUID(), accounts.id, CONCAT('Lecture ', n), CONCAT('Lecture ', n), IF(n & 1, 'audio', 'none'),
    IF(n & 1, media.id, NULL), 1, UUID(), CONCAT('notes/', UUID(), '/', UUID(), '/', UUID(), '/', SHA2(n, 256), '.json'),
    SHA2(n, 256), 10000, 'Firefox on Linux', '2026-01-01', '2026-01-01' + INTERVAL n SECOND
  FROM accounts JOIN media ON media.account_id = accounts.id, bench_numbers WHERE accounts.email = ?`;

export interface Notebook {
  readonly accountId: string;
  /** The place in the middle of its list. */
  readonly middle: Cursor;
}

/** Puts as many projects as an account can have into the database. */
export async function fillNotebook(
  database: Connection,
  { email }: Person,
  count: number,
): Promise<Notebook> {
  const media = `INSERT INTO media (id, account_id, name, bytes, sha256, content_type, object_key, created_at, stored_at)
    SELECT UUID(), id, 'Lecture.mp3', 1000000, SHA2(email, 256), 'audio/mpeg',
      CONCAT('media/', UUID(), '/', UUID(), '/', SHA2(email, 256), '.mp3'), NOW(3), NOW(3) FROM accounts WHERE email = ?`;
  await database.execute(media, [email]);
  await database.execute("CREATE TEMPORARY TABLE bench_numbers (n INT PRIMARY KEY)");
  const numbers = Array.from({ length: count }, (_, n) => [n]);
  await database.query("INSERT INTO bench_numbers VALUES ?", [numbers]);
  await database.execute(insert, [email]);
  await database.query("ANALYZE TABLE projects");
  const [rows] = await database.execute<RowDataPacket[]>(
    `SELECT p.account_id, p.saved_at, p.id FROM projects p JOIN accounts a ON a.id = p.account_id WHERE a.email = ?
      ORDER BY p.saved_at DESC, p.id DESC LIMIT 1 OFFSET ${count >> 1}`,
    [email],
  );
  const { account_id: accountId, saved_at: at, id } = rows[0]!;
  return { accountId, middle: { at, id } };
}
