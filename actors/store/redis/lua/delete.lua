-- A = id; answers the status: empty for an unknown job, and nothing is deleted unless it is terminal
local id = A[1]
local job = key('job', id)
local status, tenant = unpack(redis.call('HMGET', job, 'status', 'tenant'))
if not status then return '' end
if TERMINAL[status] then
  redis.call('DEL', job, key('job', id, 'events'), key('job', id, 'artefacts'), key('job', id, 'ledger'),
    key('job', id, 'marks'))
  redis.call('ZREM', key('jobs', tenant), id)
  redis.call('ZREM', key('jobs', tenant, status), id)
  redis.call('ZREM', key('expiring'), id .. '|' .. status .. '|' .. tenant)
end
return status
