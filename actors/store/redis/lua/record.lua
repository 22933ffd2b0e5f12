-- The first answer to a request wins. A = id, request, answer; false for an unknown job
local id, request, answer = unpack(A, 1, 3)
local status = redis.call('HGET', key('job', id), 'status')
if not status then return false end
local ledger = key('job', id, 'ledger')
if not TERMINAL[status] then redis.call('HSETNX', ledger, request, answer) end
return redis.call('HGET', ledger, request) or answer
