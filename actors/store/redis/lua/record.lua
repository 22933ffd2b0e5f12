-- The first answer to a request wins; what each has cost is counted. A = id, request, answer, stage, then what was
-- spent, in the order below; answers false for an unknown job
local COUNTED = {'model_calls', 'searches', 'input_tokens', 'output_tokens', 'usd'}
local request, answer, stage = A[2], A[3], A[4]
local status = redis.call('HGET', job, 'status')
if not status then return false end
local recorded, holds = unpack(redis.call('HMGET', ledger, request, open))
for i, name in ipairs(COUNTED) do
  local spent, add = A[4 + i], name == 'usd' and 'HINCRBYFLOAT' or 'HINCRBY'
  if tonumber(spent) ~= 0 then
    redis.call(add, job, 'usage:' .. name, spent)
    redis.call(add, job, 'usage:' .. stage .. ':' .. name, spent)
  end
end
settle(holds)
if not recorded and not TERMINAL[status] then redis.call('HSET', ledger, request, answer) end
return recorded or answer
