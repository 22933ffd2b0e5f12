-- Set aside the most that a call can cost, where the budget has room. A = id, request, usd, tokens, budget of usd, of
-- tokens (empty: no end); answers 1 or 0, and false for an unknown job. A job that is over has room for nothing.
local row = redis.call('HMGET', job, 'status', 'usage:usd', 'held:usd', 'usage:input_tokens', 'usage:output_tokens',
  'held:tokens')
local status, usd, tokens = row[1], tonumber(A[3]), tonumber(A[4])
if not status then return false end
if TERMINAL[status] then return 0 end
for i = 2, 6 do
  row[i] = tonumber(row[i] or 0)
  if not row[i] or row[i] ~= row[i] then return redis.error_reply('ERR what the job has used is no number') end
end
if A[5] ~= '' and row[2] + row[3] + usd > A[5] + 1e-9 then return 0 end
if A[6] ~= '' and row[4] + row[5] + row[6] + tokens > tonumber(A[6]) then return 0 end
local holds = redis.call('HGET', ledger, open)
redis.call('HINCRBYFLOAT', job, 'held:usd', A[3])
redis.call('HINCRBY', job, 'held:tokens', A[4])
redis.call('HSET', ledger, open, (holds and holds .. ' ' or '') .. A[3] .. '|' .. A[4])
return 1
