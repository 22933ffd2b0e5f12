-- A = id, tenant, query, options, data of the event, max_pending
local id, tenant, query, options, queued, max_pending = unpack(A, 1, 6)
local job = key('job', id)
if redis.call('EXISTS', job) == 0 then
  if tonumber(redis.call('GET', key('waiting')) or 0) >= tonumber(max_pending) then return {} end
  redis.call('HSET', job, 'job_id', id, 'tenant', tenant, 'status', 'queued', 'query', query, 'options', options,
    'round', 0, 'seq', 0, 'created_at', AT)
  redis.call('ZADD', key('jobs', tenant), AT, id)
  redis.call('ZADD', key('jobs', tenant, 'queued'), AT, id)
  tell(id, 'queued', '', queued)
  redis.call('INCR', key('waiting'))
  if redis.call('RPUSH', key('pending', tenant), id) == 1 then redis.call('RPUSH', key('tenants'), tenant) end
  admit()
end
return redis.call('HGETALL', job)
