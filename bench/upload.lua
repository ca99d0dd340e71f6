-- wrk: posts pictures as multipart/form-data, a different one with every request.
-- Arguments after `--`: the file of pictures, the first picture's number, how many to cycle through.
-- Prints one line of JSON at the end.

local boundary = "bench-boundary-7f3a"
local head = "--" .. boundary .. "\r\nContent-Disposition: form-data; name=\"image\"; " ..
  "filename=\"picture.png\"\r\nContent-Type: image/png\r\n\r\n"
local tail = "\r\n--" .. boundary .. "--\r\n"
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  pictures = assert(io.open(args[1], "rb"))
  offsets, lengths = {}, {}
  for line in io.lines(args[1] .. ".index") do
    local offset, length = line:match("(%d+) (%d+)")
    offsets[#offsets + 1], lengths[#lengths + 1] = tonumber(offset), tonumber(length)
  end
  -- Each thread walks its own part, so that no picture is sent twice before all were sent.
  count = math.floor(#offsets / tonumber(args[3]))
  first = number * count
  at = tonumber(args[2]) % count
  headers = { ["Content-Type"] = "multipart/form-data; boundary=" .. boundary }
end

function request()
  at = (at + 1) % count
  pictures:seek("set", offsets[first + at + 1])
  return wrk.format("POST", nil, headers, head .. pictures:read(lengths[first + at + 1]) .. tail)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50_us":%d,"p99_us":%d,"bad_statuses":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
