-- Asks for random tiles of the city as fast as they come; counts answers, and refusals that say when to return.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  answered, shed, advised, other = 0, 0, 0, 0
  math.randomseed(tonumber(tostring({}):match("0x(%x+)"), 16) % 2147483647)
end

function request()
  local x, y = 3344 + math.random(-8, 8), 1640 + math.random(-8, 8)
  local path = string.format("/tiles/sources/12/%d/%d.mvt", x, y)
  return wrk.format("GET", path, { ["Accept-Encoding"] = "gzip" })
end

function response(status, headers)
  if status == 200 then
    answered = answered + 1
  elseif status == 503 then
    shed = shed + 1
    if headers["retry-after"] then advised = advised + 1 end
  else
    other = other + 1
  end
end

function done(summary, latency)
  for _, name in ipairs({ "answered", "shed", "advised", "other" }) do
    local sum = 0
    for _, thread in ipairs(threads) do sum = sum + thread:get(name) end
    print(string.format("figure %s %d", name, sum))
  end
  print(string.format("figure lost %d", summary.errors.connect + summary.errors.read + summary.errors.timeout))
  print(string.format("figure p95_ms %.1f", latency:percentile(95) / 1000))
end
