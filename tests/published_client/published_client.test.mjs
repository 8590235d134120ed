// The API's published client, as it is on npm, against the server that the words
// of the command line start.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { CreateosSandboxAuthError, CreateosSandboxClient } from "@nodeops-createos/sandbox";

import { apiKey, document, hosts, shapes, stats } from "./catalog.mjs";
import { Server } from "./server.mjs";

const server = new Server();

function client(options = {}) {
  return new CreateosSandboxClient({ baseUrl: server.url, apiKey, retry: false, ...options });
}

before(async () => {
  server.fill(process.env.MUSTER, document);
  await server.start(process.argv.slice(2), process.env.PREFIX);
});

after(() => server.stop());

test("listShapes gives every enabled shape, smallest first", async () => {
  assert.deepEqual(await client().listShapes(), shapes);
});

test("listRootfs gives the enabled names, the default and the entries", async () => {
  assert.deepEqual(await client().listRootfs(), {
    rootfs: ["devbox:1", "node"],
    default: "devbox:1",
    entries: [
      { name: "devbox:1", description: "Debian with tools" },
      { name: "node", deprecated: true, successor: "devbox:1" },
    ],
  });
});

test("listHosts gives every visible host, over several pages", async () => {
  assert.deepEqual(await client().listHosts(), hosts);
});

test("iterateHosts gives the same, one by one", async () => {
  const seen = [];
  for await (const host of client().iterateHosts()) seen.push(host);
  assert.deepEqual(seen, hosts);
});

test("whoami names the key's user and its counts", async () => {
  assert.deepEqual(await client().whoami(), { user_id: "usr_01K", stats });
});

test("whoami takes the key as a bearer token too", async () => {
  const bearer = client({
    apiKey: undefined,
    authHeaders: { authorization: `Bearer ${apiKey}` },
  });
  assert.equal((await bearer.whoami()).user_id, "usr_01K");
});

test("a bad key is the client's own error for it", async () => {
  await assert.rejects(client({ apiKey: "sk_nobody_has_this_key" }).whoami(), (error) => {
    assert.ok(error instanceof CreateosSandboxAuthError, `${error}`);
    assert.equal(error.statusCode, 401);
    assert.equal(error.code, "unauthorized");
    return true;
  });
});

test("healthz says that the server is up", async () => {
  assert.deepEqual(await client().healthz(), { up: true });
});

test("readyz says that it is ready", async () => {
  assert.deepEqual(await client().readyz(), { ready: true });
});
