// The catalog that the client is to find: more hosts and more shapes than one
// page holds, and both halves of what each client sees or does not see.

const STATUSES = ["active", "draining", "dead"];
const ROOTFSES = ["devbox:1", "node"];

function host(i) {
  const entry = {
    id: `10.20.${i >> 8}.${i & 255}`,
    status: STATUSES[i % STATUSES.length],
    free_mib: 512 * (i % 97),
    vm_count: i % 41,
  };
  if (i % 5 !== 0) entry.rootfses = ROOTFSES.slice(0, 1 + (i % 2));
  return entry;
}

function shape(i) {
  const entry = {
    id: `s-${i}`,
    vcpu: 1 + Math.floor(i / 10),
    mem_mib: 256 * (1 + (i % 10)),
    default_disk_mib: 10240,
  };
  if (i % 7 === 0) entry.cpu_quota_pct = 25 + i;
  return entry;
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const byId = (a, b) => (a.id < b.id ? -1 : 1); // ASCII: the order of the bytes

export const hosts = range(1234).map(host).sort(byId);
export const shapes = range(501).map(shape);
export const apiKey = "sk_published_client_test_0123456789";
export const stats = { running: 3, paused: 1, other: 0, total: 47 };

export const document = {
  shapes: [...shapes, { ...shape(900), id: "s-hidden", disabled: true }],
  rootfs: [
    { name: "devbox:1", description: "Debian with tools", default: true },
    { name: "node", deprecated: true, successor: "devbox:1" },
    { name: "withdrawn", disabled: true },
  ],
  hosts: [...hosts, { ...host(5000), disabled: true }],
  users: [{ id: "usr_01K", api_keys: [apiKey], stats }],
};
