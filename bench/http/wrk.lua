-- Sends the targets of a file in turn, a line each, made into requests before the
-- clock starts; the last line printed is what was measured, as JSON.
local requests, sent = {}, 0

function init(arguments)
  for target in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", target)
  end
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "duration_us": %d, "bytes": %d, "p99_us": %d, "errors": %d}',
    summary.requests, summary.duration, summary.bytes, latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
