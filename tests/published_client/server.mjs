// A server of any kind, as a process of its own over a store of its own.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The last three: what masters write of a worker that died. SIGTERM (15) may be ours.
const FAULTS = new RegExp(
  "Sanitizer|runtime error:|Traceback \\(most recent call last\\)" +
    "|was terminated due to signal (?!15\\b)|WORKER TIMEOUT|exited on signal (?!15\\b)",
);
const MS_TO_START = 60000; // with sanitizers, on a busy machine
const MS_TO_END = 10000;
const PORTS_TO_TRY = 5;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A port that nobody has now. Somebody may have it the next moment: see start().
function freePort() {
  return new Promise((resolve, reject) => {
    const holder = createServer().on("error", reject);
    holder.listen(0, "127.0.0.1", () => {
      const { port } = holder.address();
      holder.close(() => resolve(port));
    });
  });
}

export class Server {
  #directory = mkdtempSync(join(tmpdir(), "muster-published-client-"));
  #store = join(this.#directory, "db");
  #child;
  #ended; // resolves to [exit code, signal]
  #written = "";
  url;

  // Fills the store with a catalog document, by the command `muster`.
  fill(muster, document) {
    execFileSync(muster, ["import", "-", "--db", this.#store], {
      input: JSON.stringify(document),
      stdio: ["pipe", "ignore", "inherit"],
    });
  }

  // Starts what `command` says and resolves when GET /healthz answers.
  async start(command, prefix) {
    for (let tries = 0; tries < PORTS_TO_TRY; ++tries) {
      this.#written = "";
      const port = await freePort();
      this.url = `http://127.0.0.1:${port}${prefix}`;
      this.#spawn(command, port);
      if (await this.#isReady()) return;
    }
    throw new Error(`the server ended with ${await this.#ended}: ${this.#written}`);
  }

  // Ends it; rejects where it had failed, or said that something is wrong.
  async stop() {
    try {
      if (!this.#child) return;
      this.#child.kill("SIGTERM");
      const timer = setTimeout(() => this.#killGroup(), MS_TO_END);
      const [code, signal] = await this.#ended;
      clearTimeout(timer);
      if (!(code === 0 || signal === "SIGTERM") || FAULTS.test(this.#written)) {
        throw new Error(`the server ended with ${code ?? signal}: ${this.#written}`);
      }
    } finally {
      this.#killGroup();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  #spawn(command, port) {
    const [program, ...words] = command.map((word) =>
      word.replaceAll("{store}", this.#store).replaceAll("{port}", port),
    );
    // A group of its own, so that its workers end with it.
    this.#child = spawn(program, words, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const note = (text) => (this.#written += text);
    this.#child.stdout.on("data", note);
    this.#child.stderr.on("data", note);
    this.#ended = new Promise((resolve) => {
      this.#child.on("error", (error) => resolve([`${error}`, null]));
      this.#child.on("exit", (code, signal) => resolve([code, signal]));
    });
  }

  // False where it ended instead.
  async #isReady() {
    let running = true;
    this.#ended.then(() => (running = false));
    for (const end = Date.now() + MS_TO_START; running; await pause(10)) {
      if (Date.now() > end) throw new Error(`the server never answered: ${this.#written}`);
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (running && answer?.ok) return true;
    }
    return false;
  }

  #killGroup() {
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // nobody is left in it
    }
  }
}
