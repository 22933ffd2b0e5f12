-- What the calls of a job have cost and may still cost: the sums are in its hash, and the open holds beside their
-- request in its ledger, the newest last: `usd|tokens usd|tokens`. A = id, request, …
local job, ledger, open = key('job', A[1]), key('job', A[1], 'ledger'), 'held:' .. A[2]

-- Release the newest of a request's holds; those before it are of callers that have died, or have yet to come.
local function settle(holds)
  local rest, usd, tokens = string.match(holds or '', '^(.-) ?([^ |]+)|([^ |]+)$')
  if not usd then return end
  redis.call('HINCRBYFLOAT', job, 'held:usd', string.format('%.17g', -usd))
  redis.call('HINCRBY', job, 'held:tokens', -tokens)
  if rest == '' then redis.call('HDEL', ledger, open) else redis.call('HSET', ledger, open, rest) end
end
