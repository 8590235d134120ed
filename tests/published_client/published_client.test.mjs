// The API's published client, as it is on npm, against `muster serve`.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { CreateosSandboxAuthError, CreateosSandboxClient } from "@nodeops-createos/sandbox";

import { apiKey, document, hosts, shapes, stats } from "./catalog.mjs";

const muster = process.env.MUSTER;
const directory = mkdtempSync(join(tmpdir(), "muster-published-client-"));
const store = join(directory, "db");
let server;
let baseUrl;

// Resolves to the address that the server says it listens on.
function listening(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const address = said.match(/http:\/\/127\.0\.0\.1:[0-9]+/);
      if (address) resolve(address[0]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

function client(options = {}) {
  return new CreateosSandboxClient({ baseUrl, apiKey, retry: false, ...options });
}

before(async () => {
  execFileSync(muster, ["import", "-", "--db", store], {
    input: JSON.stringify(document),
    stdio: ["pipe", "ignore", "inherit"],
  });
  server = spawn(muster, ["serve", "--listen", "127.0.0.1:0", "--db", store]);
  baseUrl = await listening(server);
});

after(async () => {
  if (server && server.exitCode === null) {
    const ended = new Promise((resolve) => server.on("exit", resolve));
    server.kill("SIGTERM");
    assert.equal(await ended, 0, "the server's exit code");
  }
  rmSync(directory, { recursive: true, force: true });
});

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
