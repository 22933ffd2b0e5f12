-- Return due retries, forget what is past its retention, and admit what may run.
local MOST = 100
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('delayed'), '-inf', AT, 'LIMIT', 0, MOST)) do
  redis.call('ZREM', key('delayed'), member)
  local id, stage, round, attempts = string.match(member, '^delayed|([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  if redis.call('HGET', key('job', id), 'entry') == member then post(id, stage, round, attempts) end
end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('expiring'), '-inf', AT, 'LIMIT', 0, MOST)) do
  redis.call('ZREM', key('expiring'), member)
  local id, status, tenant = string.match(member, '^([^|]*)|([^|]*)|(.*)$')
  redis.call('ZREM', key('jobs', tenant), id)
  redis.call('ZREM', key('jobs', tenant, status), id)
end
for _, id in ipairs(redis.call('SRANDMEMBER', key('running'), MOST)) do
  if redis.call('EXISTS', key('job', id)) == 0 then redis.call('SREM', key('running'), id) end
end
admit()
return 'written'
