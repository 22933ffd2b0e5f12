-- A = id
local id = A[1]
local job = key('job', id)
local status, stage, entry, tenant = unpack(redis.call('HMGET', job, 'status', 'stage', 'entry', 'tenant'))
if not status then return {} end
if not TERMINAL[status] then
  if status == 'queued' then
    if redis.call('LREM', key('pending', tenant), 1, id) > 0 then redis.call('DECR', key('waiting')) end
    if redis.call('EXISTS', key('pending', tenant)) == 0 then redis.call('LREM', key('tenants'), 0, tenant) end
  elseif entry and string.sub(entry, 1, 8) == 'delayed|' then
    redis.call('ZREM', key('delayed'), entry)
  elseif entry then
    remove(stage, entry)
  end
  finish(id, 'cancelled', '', '{}')
end
return redis.call('HGETALL', job)
