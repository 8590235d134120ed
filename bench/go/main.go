// GET /v1/hosts from go-memdb and encoding/json, as Go control planes have it, on
// the same hosts and with the same bytes as the other peers. It reads the rows
// that bench_rows writes, holds its answers against them byte for byte, and
// writes what it measures in Google Benchmark's format.
//
//	bench_go RESULTS ROWS
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-memdb"
)

const places = 4096 // a power of two

type Host struct {
	ID       string   `json:"id"`
	Status   string   `json:"status"`
	FreeMiB  int64    `json:"free_mib"`
	VMCount  int64    `json:"vm_count"`
	Rootfses []string `json:"rootfses,omitempty"`
}

type Pagination struct {
	Total  int `json:"total"`
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
	Count  int `json:"count"`
}

type Data struct {
	Data       []*Host    `json:"data"`
	Pagination Pagination `json:"pagination"`
}

type Answer struct {
	Status string `json:"status"`
	Data   Data   `json:"data"`
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench_go: "+format+"\n", args...)
	os.Exit(1)
}

func readRows(path string) (rows []string, hosts []*Host) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		host := new(Host)
		check(json.Unmarshal(lines.Bytes(), host))
		rows = append(rows, lines.Text())
		hosts = append(hosts, host)
	}
	check(lines.Err())
	return rows, hosts
}

func newDatabase(hosts []*Host) *memdb.MemDB {
	id := &memdb.IndexSchema{
		Name: "id", Unique: true, Indexer: &memdb.StringFieldIndex{Field: "ID"}}
	db, err := memdb.NewMemDB(&memdb.DBSchema{Tables: map[string]*memdb.TableSchema{
		"hosts": {Name: "hosts", Indexes: map[string]*memdb.IndexSchema{"id": id}}}})
	check(err)
	update(db, hosts)
	return db
}

func update(db *memdb.MemDB, hosts []*Host) {
	txn := db.Txn(true)
	for _, host := range hosts {
		check(txn.Insert("hosts", host))
	}
	txn.Commit()
}

// A server's own: what it uses again from request to request.
type server struct {
	db      *memdb.MemDB
	total   int
	buffer  bytes.Buffer
	encoder *json.Encoder
	answer  Answer
}

func newServer(db *memdb.MemDB, total int) *server {
	s := &server{db: db, total: total}
	s.encoder = json.NewEncoder(&s.buffer)
	s.answer.Status = "success"
	s.answer.Data.Data = make([]*Host, 0, 500)
	return s
}

// The body of the answer, valid until the next call.
func (s *server) page(limit, offset int) []byte {
	found, err := s.db.Txn(false).Get("hosts", "id")
	check(err)
	row := found.Next()
	for skipped := 0; skipped < offset && row != nil; skipped++ {
		row = found.Next()
	}
	data := &s.answer.Data
	data.Data = data.Data[:0]
	for ; row != nil && len(data.Data) < limit; row = found.Next() {
		data.Data = append(data.Data, row.(*Host))
	}
	data.Pagination = Pagination{s.total, limit, offset, len(data.Data)}
	s.buffer.Reset()
	check(s.encoder.Encode(&s.answer))
	return bytes.TrimSuffix(s.buffer.Bytes(), []byte("\n"))
}

func checkPages(s *server, rows []string) {
	for _, limit := range []int{1, 7, 50, 500} {
		offsets := []int{0, 1, len(rows) / 2, len(rows) - limit, len(rows) - 1, len(rows)}
		for i := 0; i < 16; i++ {
			offsets = append(offsets, rand.Intn(len(rows)))
		}
		for _, offset := range offsets {
			end := offset + limit
			if end > len(rows) {
				end = len(rows)
			}
			expected := fmt.Sprintf(`{"status":"success","data":{"data":[%s],"pagination":`+
				`{"total":%d,"limit":%d,"offset":%d,"count":%d}}}`,
				strings.Join(rows[offset:end], ","), len(rows), limit, offset, end-offset)
			if got := s.page(limit, offset); string(got) != expected {
				fail("other bytes at limit %d, offset %d:\n%.400s", limit, offset, got)
			}
		}
	}
}

// One line of "benchmarks" in Google Benchmark's format.
type run struct {
	Name       string  `json:"name"`
	RunName    string  `json:"run_name"`
	RunType    string  `json:"run_type"`
	Repetition int     `json:"repetition_index"`
	Threads    int     `json:"threads"`
	Iterations int     `json:"iterations"`
	RealTime   float64 `json:"real_time"`
	CPUTime    float64 `json:"cpu_time"`
	TimeUnit   string  `json:"time_unit"`
}

type benchmark struct {
	name string
	body func(i int)
}

// What the whole process has used of the processor: Go's collector works in threads
// of its own.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func measure(all []benchmark, repetitions int) (runs []run) {
	for repetition := 0; repetition < repetitions; repetition++ {
		for _, k := range rand.Perm(len(all)) {
			next := 0
			var cpu time.Duration // of the last call, the one that counts
			result := testing.Benchmark(func(b *testing.B) {
				before := cpuTime()
				for i := 0; i < b.N; i++ {
					all[k].body(next)
					next++
				}
				cpu = cpuTime() - before
			})
			n := float64(result.N)
			runs = append(runs, run{all[k].name, all[k].name, "iteration", repetition, 1,
				result.N, float64(result.T) / n, float64(cpu) / n, "ns"})
		}
	}
	sort.SliceStable(runs, func(i, j int) bool { return runs[i].Name < runs[j].Name })
	return runs
}

func pageBenchmarks(s *server, n int) (all []benchmark) {
	for _, limit := range []int{50, 500} {
		limit := limit
		at := map[string]int{"first": 0, "middle": n / 2, "last": n - limit}
		if n == 100000 && limit == 50 {
			at["100"], at["1000"], at["10000"] = 100, 1000, 10000
		}
		name := fmt.Sprintf("pages/hosts:%d/limit:%d/at:%%s/peer:go_memdb", n, limit)
		for position, offset := range at {
			offset := offset
			all = append(all, benchmark{fmt.Sprintf(name, position), func(int) {
				s.page(limit, offset)
			}})
		}
		random := make([]int, places)
		for i := range random { // any sixteen in a row: one in each sixteenth of the list
			random[i] = (n - limit) * (i*5%16*1024 + rand.Intn(1024)) / (16 * 1024)
		}
		all = append(all, benchmark{fmt.Sprintf(name, "random"), func(i int) {
			s.page(limit, random[i&(places-1)])
		}})
	}
	return all
}

func updateBenchmarks(db *memdb.MemDB, hosts []*Host) (all []benchmark) {
	for _, size := range []int{1, 1000} {
		size := size
		all = append(all, benchmark{
			fmt.Sprintf("updates/hosts:%d/batch:%d/peer:go_memdb", len(hosts), size),
			func(int) {
				changed := make([]*Host, size)
				for i := range changed {
					host := *hosts[rand.Intn(len(hosts))]
					host.FreeMiB = rand.Int63n(65536)
					changed[i] = &host
				}
				update(db, changed)
			}})
	}
	return all
}

func main() {
	testing.Init()
	check(flag.Set("test.benchtime", "60ms"))
	if len(os.Args) != 3 {
		fail("usage: bench_go RESULTS ROWS")
	}
	rows, hosts := readRows(os.Args[2])
	s := newServer(newDatabase(hosts), len(hosts))
	checkPages(s, rows)
	all := pageBenchmarks(s, len(hosts))
	if len(hosts) == 100000 {
		all = append(all, updateBenchmarks(newDatabase(hosts), hosts)...)
	}
	results := map[string]any{
		"context": map[string]string{
			"date":       time.Now().Format(time.RFC3339),
			"go_version": runtime.Version(),
		},
		"benchmarks": measure(all, 5),
	}
	text, err := json.MarshalIndent(results, "", "  ")
	check(err)
	check(os.WriteFile(os.Args[1], append(text, '\n'), 0o644))
}
